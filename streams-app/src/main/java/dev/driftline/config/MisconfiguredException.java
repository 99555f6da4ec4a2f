package dev.driftline.config;

import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;

/** A problem that only an operator can correct. Retrying cannot help, so the service stops. */
public final class MisconfiguredException extends KafkaException {

    private static final long serialVersionUID = 1L;

    /** @param message what is wrong and what to do about it */
    public MisconfiguredException(String message) {
        super(message);
    }

    /** @param message what is wrong and what to do about it, for example that of the cause */
    public MisconfiguredException(@Nullable String message, Throwable cause) {
        super(message, cause);
    }
}
