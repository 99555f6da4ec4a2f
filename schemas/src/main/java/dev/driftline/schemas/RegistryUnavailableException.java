package dev.driftline.schemas;

import org.apache.kafka.common.errors.RetriableException;

/**
 * The schema registry could not be asked: it is down, refuses the credentials, or is overloaded. Says nothing about the
 * record, so the record must be tried again and must not be dead-lettered.
 */
public final class RegistryUnavailableException extends RetriableException {

    private static final long serialVersionUID = 1L;

    RegistryUnavailableException(String message, Throwable cause) {
        super(message, cause);
    }
}
