package dev.driftline.service;

import dev.driftline.config.MisconfiguredException;
import dev.driftline.schemas.RegistryUnavailableException;
import dev.driftline.scoring.ShardMessageException;
import io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.apache.kafka.streams.errors.MissingSourceTopicException;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides what happens after a stream thread has died: another replaces it if trying again may help; the service stops if
 * only an operator can help, or after too many deaths. Called from any stream thread.
 */
final class FailureResponse implements StreamsUncaughtExceptionHandler {

    private static final Logger LOG = LoggerFactory.getLogger(FailureResponse.class);

    /** Threads that may die within {@link #WITHIN} before the service stops. */
    static final int REPLACEMENTS = 20;

    static final Duration WITHIN = Duration.ofMinutes(10);

    private final Clock clock;
    private final Deque<Long> replaced = new ArrayDeque<>();
    private @Nullable Throwable fatal;

    FailureResponse() {
        this(Clock.systemUTC());
    }

    FailureResponse(Clock clock) {
        this.clock = clock;
    }

    @Override
    public synchronized StreamThreadExceptionResponse handle(Throwable failure) {
        if (isHopeless(failure)) {
            return stop(failure, "only an operator can help");
        }
        long now = clock.millis();
        while (!replaced.isEmpty() && now - replaced.peekFirst() > WITHIN.toMillis()) {
            replaced.removeFirst();
        }
        if (!isOutage(failure) && replaced.size() >= REPLACEMENTS) {
            return stop(
                    failure,
                    "stream threads have died " + REPLACEMENTS + " times within " + WITHIN.toMinutes() + " minutes");
        }
        replaced.addLast(now);
        if (isOutage(failure)) {
            LOG.warn(
                    "A stream thread gave up waiting; another replaces it, and nothing is lost: {}",
                    innermost(failure).getMessage());
        } else {
            LOG.warn("A stream thread died; another replaces it, and nothing is lost", failure);
        }
        return StreamThreadExceptionResponse.REPLACE_THREAD;
    }

    /** What stopped the service; empty while nothing has. */
    synchronized Optional<Throwable> fatal() {
        return Optional.ofNullable(fatal);
    }

    private StreamThreadExceptionResponse stop(Throwable failure, String because) {
        if (fatal == null) {
            fatal = failure;
        }
        LOG.error("Stopping, since {}: {}", because, innermost(failure).getMessage(), failure);
        return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
    }

    static boolean isHopeless(Throwable failure) {
        if (isOutage(failure)) {
            return false;
        }
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof MisconfiguredException
                    || cause instanceof ShardMessageException
                    || cause instanceof ConfigException
                    || cause instanceof AuthenticationException
                    || cause instanceof AuthorizationException
                    || cause instanceof MissingSourceTopicException
                    || cause instanceof RecordTooLargeException
                    || cause instanceof SerializationException
                    || cause instanceof UnsupportedVersionException
                    || cause instanceof VirtualMachineError
                    || cause instanceof LinkageError) {
                return true;
            }
        }
        return false;
    }

    private static boolean isOutage(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            // The serializer says SerializationException also where the registry did not answer.
            if (cause instanceof RegistryUnavailableException
                    || cause instanceof IOException
                    || (cause instanceof RestClientException answer && answer.getStatus() >= 500)) {
                return true;
            }
        }
        return false;
    }

    private static Throwable innermost(Throwable failure) {
        Throwable innermost = failure;
        while (innermost.getCause() != null && innermost.getCause() != innermost) {
            innermost = innermost.getCause();
        }
        return innermost;
    }
}
