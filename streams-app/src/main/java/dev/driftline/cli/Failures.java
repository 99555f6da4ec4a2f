package dev.driftline.cli;

import dev.driftline.config.InvalidConfigException;
import dev.driftline.corpus.StoppedInputException;
import dev.driftline.terminal.CommandFailedException;
import dev.driftline.terminal.ExitCodes;
import java.io.FileNotFoundException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.InvalidReplicationFactorException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.streams.errors.StreamsException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;

/** What a failure says to the person at the command line. */
final class Failures {

    private Failures() {}

    /** One line that says what is wrong and, where that can be known, what to do. */
    static String message(Throwable failure) {
        if (isStopped(failure)) {
            return "stopped while waiting for input";
        }
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
            if (String.valueOf(failure.getCause()).equals(failure.getMessage())) {
                return message(failure.getCause());
            }
            return withCause(failure, failure.getCause());
        }
        if (failure instanceof StreamsException && oneLine(failure).contains("same state directory")) {
            return "state.dir is in use by another Driftline on this machine: stop that one, or give this one a folder of"
                    + " its own with --set state.dir=DIR. " + oneLine(failure);
        }
        if (failure instanceof StreamsException && failure.getCause() != null) {
            return withCause(failure, failure.getCause());
        }
        if (failure instanceof NullPointerException
                || failure instanceof IndexOutOfBoundsException
                || failure instanceof ClassCastException
                || failure.getMessage() == null) {
            return "unexpected " + failure + "; --verbose prints where, please report it";
        }
        return oneLine(failure);
    }

    /** What is wrong with a command line; a value of the wrong type in the words of all other wrong values. */
    static String usage(ParameterException failure) {
        ArgSpec argument = failure.getArgSpec();
        if (argument == null || failure.getValue() == null || !(failure.getCause() instanceof Exception)) {
            return String.valueOf(failure.getMessage()).replaceFirst("^Error: ", "");
        }
        String name = argument instanceof OptionSpec option ? option.longestName() : argument.paramLabel();
        Class<?> type = argument.auxiliaryTypes()[argument.isMultiValue() ? argument.auxiliaryTypes().length - 1 : 0];
        return name + " " + failure.getValue() + ": must be " + expected(type);
    }

    private static String expected(Class<?> type) {
        if (type == int.class || type == Integer.class || type == long.class || type == Long.class) {
            return "a whole number";
        }
        if (type == double.class || type == Double.class) {
            return "a number";
        }
        if (type.isEnum()) {
            return "one of "
                    + Arrays.stream(type.getEnumConstants())
                            .map(value -> value.toString().toLowerCase(Locale.ROOT))
                            .collect(Collectors.joining(", "));
        }
        if (type == Path.class) {
            return "the name of a file that this locale can express: set LC_ALL=C.UTF-8";
        }
        return type == URI.class ? "an address such as http://127.0.0.1:7070" : "KEY=VALUE";
    }

    private static boolean isStopped(@Nullable Throwable failure) {
        return failure instanceof StoppedInputException || failure != null && isStopped(failure.getCause());
    }

    /** The exit code that goes with {@link #message}. */
    static int exitCode(Throwable failure) {
        if (failure instanceof CommandFailedException command) {
            return command.exitCode();
        }
        if (isStopped(failure)) {
            return ExitCodes.INTERRUPTED;
        }
        return failure instanceof InvalidConfigException ? ExitCodes.USAGE : ExitCodes.FAILED;
    }

    /** Many a failure repeats what its cause says. */
    private static String withCause(Throwable failure, Throwable cause) {
        String said = oneLine(failure);
        String reason = oneLine(cause);
        return said.contains(reason) ? said : said + ": " + reason;
    }

    private static String oneLine(Throwable failure) {
        return String.valueOf(failure.getMessage())
                .lines()
                .map(String::strip)
                .reduce((a, b) -> a + "; " + b)
                .orElse("");
    }
}
