package dev.driftline.failures;

import dev.driftline.config.MisconfiguredException;
import dev.driftline.schemas.RegistryUnavailableException;
import dev.driftline.scoring.messages.ShardMessageException;
import io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Locale;
import java.util.stream.Stream;
import org.apache.avro.AvroRuntimeException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.apache.kafka.streams.errors.MissingSourceTopicException;
import org.rocksdb.RocksDBException;

/** With whom a failure lies. */
public enum FailureKind {
    /** A disk takes no more, or cannot be read: nothing goes on until there is room. */
    DISK,
    /** Brokers or the registry are away: trying again helps, sooner or later. */
    OUTAGE,
    /** Only an operator can mend it: trying again cannot help. */
    OPERATOR,
    /** A record that has failed fewer times than it is tried: {@link RecordFailedException}. */
    TRY,
    /** A failure of Driftline's own code, with the record that it was at, whatever has caused it. */
    DEFECT,
    /** Anything else that Kafka reports: another thread may do better. */
    KAFKA;

    /** What the systems say of a disk that takes no more, in small letters. */
    private static final String[] DISK_PHRASES = {
        "no space left on device",
        "not enough space on the disk",
        "disk quota exceeded",
        "disk full",
        "out of space",
        "read-only file system"
    };

    /** The kind of {@code failure}, by the first of its causes that says it, from the outermost on. */
    public static FailureKind of(Throwable failure) {
        if (causes(failure).anyMatch(RecordFailedException.class::isInstance)) {
            return TRY;
        }
        if (causes(failure).anyMatch(FailureKind::isDisk)) {
            return DISK;
        }
        // The serializer says SerializationException also where the registry did not answer.
        if (causes(failure).anyMatch(FailureKind::isOutage)) {
            return OUTAGE;
        }
        if (isUnwritable(failure)) {
            return DEFECT;
        }
        if (causes(failure).anyMatch(FailureKind::isHopeless)) {
            return OPERATOR;
        }
        return causes(failure).anyMatch(KafkaException.class::isInstance) ? KAFKA : DEFECT;
    }

    /**
     * Whether {@code failure}, which came of work on one record, lies with that record or with the code, and not with the
     * world around it. To be asked where the work is done: what leaves a processor is wrapped by Kafka Streams.
     */
    public static boolean isOfRecord(Throwable failure) {
        return of(failure) == DEFECT;
    }

    private static boolean isDisk(Throwable cause) {
        String message = cause.getMessage();
        // Of others the message may have a document's text in it.
        if (message == null
                || !(cause instanceof IOException
                        || cause instanceof UncheckedIOException
                        || cause instanceof RocksDBException
                        || cause instanceof KafkaException)) {
            return false;
        }
        String small = message.toLowerCase(Locale.ROOT);
        return Stream.of(DISK_PHRASES).anyMatch(small::contains);
    }

    private static boolean isOutage(Throwable cause) {
        return cause instanceof RegistryUnavailableException
                || cause instanceof IOException
                || cause instanceof UncheckedIOException
                || cause instanceof RestClientException answer && answer.getStatus() >= 500;
    }

    /** Whether a record could not be brought into bytes, for a reason that is in its fields. */
    private static boolean isUnwritable(Throwable failure) {
        boolean serializing = causes(failure).anyMatch(SerializationException.class::isInstance);
        Throwable innermost = innermost(failure);
        return serializing
                && (innermost instanceof AvroRuntimeException
                        || innermost instanceof NullPointerException
                        || innermost instanceof ClassCastException
                        || innermost instanceof IndexOutOfBoundsException);
    }

    private static boolean isHopeless(Throwable cause) {
        return cause instanceof MisconfiguredException
                || cause instanceof ShardMessageException
                || cause instanceof ConfigException
                || cause instanceof AuthenticationException
                || cause instanceof AuthorizationException
                || cause instanceof MissingSourceTopicException
                || cause instanceof RecordTooLargeException
                || cause instanceof SerializationException
                || cause instanceof UnsupportedVersionException
                || cause instanceof VirtualMachineError && !(cause instanceof StackOverflowError)
                || cause instanceof LinkageError;
    }

    /** The cause that has none. */
    public static Throwable innermost(Throwable failure) {
        return causes(failure).reduce((outer, inner) -> inner).orElse(failure);
    }

    private static Stream<Throwable> causes(Throwable failure) {
        return Stream.iterate(failure, cause -> cause != null, Throwable::getCause)
                .limit(100);
    }
}
