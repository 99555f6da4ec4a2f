package dev.driftline.cli;

import dev.driftline.config.InvalidConfigException;
import dev.driftline.terminal.CommandFailedException;
import dev.driftline.terminal.ExitCodes;
import java.io.FileNotFoundException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.InvalidReplicationFactorException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.streams.errors.StreamsException;

/** What a failure says to the person at the command line. */
final class Failures {

    private Failures() {}

    /** One line that says what is wrong and, where that can be known, what to do. */
    static String message(Throwable failure) {
        if (failure instanceof InvalidConfigException || failure instanceof CommandFailedException) {
            return String.valueOf(failure.getMessage());
        }
        if (failure instanceof TimeoutException) {
            return "Kafka does not answer: check that the broker runs and that bootstrap.servers (--bootstrap-servers) is"
                    + " its address. " + oneLine(failure);
        }
        if (failure instanceof AuthenticationException) {
            return "Kafka refused the login: check kafka.security.protocol, kafka.sasl.* and kafka.ssl.*. "
                    + oneLine(failure);
        }
        if (failure instanceof AuthorizationException) {
            return "Kafka does not allow this: ask for the right on what is named here. " + oneLine(failure);
        }
        if (failure instanceof InvalidReplicationFactorException) {
            return "not enough brokers for topics.replication.factor: set a smaller one. " + oneLine(failure);
        }
        if (failure instanceof NoSuchFileException || failure instanceof FileNotFoundException) {
            return "no such file: " + failure.getMessage();
        }
        if (failure instanceof AccessDeniedException) {
            return "not allowed to open " + failure.getMessage();
        }
        if (failure instanceof ConfigException || failure.getClass() == KafkaException.class) {
            // Kafka wraps what an operator needs to know, such as an address that cannot be resolved.
            Throwable cause = failure.getCause() instanceof ConfigException ? failure.getCause() : failure;
            return "Kafka client: " + oneLine(cause);
        }
        if (failure instanceof UncheckedIOException && failure.getCause() != null) {
            return String.valueOf(failure.getCause()).equals(failure.getMessage())
                    ? message(failure.getCause())
                    : oneLine(failure) + ": " + oneLine(failure.getCause());
        }
        if (failure instanceof StreamsException && failure.getCause() != null) {
            return oneLine(failure) + ": " + oneLine(failure.getCause());
        }
        if (failure instanceof NullPointerException
                || failure instanceof IndexOutOfBoundsException
                || failure instanceof ClassCastException
                || failure.getMessage() == null) {
            return "unexpected " + failure + "; --verbose prints where, please report it";
        }
        return oneLine(failure);
    }

    /** The exit code that goes with {@link #message}. */
    static int exitCode(Throwable failure) {
        if (failure instanceof CommandFailedException command) {
            return command.exitCode();
        }
        return failure instanceof InvalidConfigException ? ExitCodes.USAGE : ExitCodes.FAILED;
    }

    private static String oneLine(Throwable failure) {
        return String.valueOf(failure.getMessage())
                .lines()
                .map(String::strip)
                .reduce((a, b) -> a + "; " + b)
                .orElse("");
    }
}
