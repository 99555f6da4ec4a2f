package dev.driftline.schemas;

import org.apache.kafka.common.errors.RetriableException;

/**
 * The schema registry cannot be used: it is down, overloaded, or rejects the credentials. This does not depend on the
 * record, which must be retried and must not become a dead letter.
 */
public final class RegistryUnavailableException extends RetriableException {

    private static final long serialVersionUID = 1L;

    /** @param message what the registry was asked and how it failed */
    public RegistryUnavailableException(String message, Throwable cause) {
        super(message, cause);
    }
}
