package dev.driftline.topology;

import dev.driftline.counters.ServiceCounters;
import dev.driftline.failures.FailureKind;
import dev.driftline.failures.RecordPlace;
import dev.driftline.failures.RecordTries;
import dev.driftline.failures.Stage;
import dev.driftline.input.DeadLetters;
import dev.driftline.input.DocumentOrigin;
import dev.driftline.input.Rejection;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a processor of internal records does with those that fail: a record that cannot be read is a dead letter at once, one
 * whose work fails after state has begun to change is tried again as {@link RecordTries} says, and then a dead letter. One for
 * each processor.
 */
final class InternalRecords {

    private static final Logger LOG = LoggerFactory.getLogger(InternalRecords.class);

    private final String operator;
    private final String sink;
    private final Stage stage;
    private final ServiceCounters counters;
    private final RecordTries tries;
    private @Nullable ProcessorContext<?, ?> context;

    /**
     * @param sink of dead letters; each sub-topology has its own
     * @param stage that {@link #change} comes to
     */
    InternalRecords(String operator, String sink, Stage stage, ServiceCounters counters, RecordTries tries) {
        this.operator = operator;
        this.sink = sink;
        this.stage = stage;
        this.counters = counters;
        this.tries = tries;
    }

    /** The name of the sink of dead letters of {@code operator}, where it is the only one of its sub-topology. */
    static String deadLettersSink(String operator) {
        return operator + "-dead-letters-sink";
    }

    void init(ProcessorContext<?, ?> given) {
        context = given;
    }

    /**
     * Where the record at hand is.
     *
     * @param print a hash that distinguishes it from another that was there
     */
    RecordPlace place(int print) {
        RecordMetadata at = metadata();
        return new RecordPlace(operator, at.topic(), at.partition(), at.offset(), print);
    }

    /** Why the record at hand is passed over; empty where it is to be worked on. */
    Optional<String> spent(byte[] value) {
        return tries.isEmpty() ? Optional.empty() : tries.spent(place(Arrays.hashCode(value)));
    }

    /** Does {@code work} on the record at hand, which changes state. */
    void change(byte[] value, Runnable work) {
        change(() -> place(Arrays.hashCode(value)), work);
    }

    /**
     * Does {@code work} on a document of the record at hand, which changes state.
     *
     * @param place of the document
     */
    void change(Supplier<RecordPlace> place, Runnable work) {
        try {
            work.run();
            tries.reached(stage);
        } catch (RuntimeException | StackOverflowError e) {
            if (!FailureKind.isOfRecord(e)) {
                throw e;
            }
            throw tries.failed(place.get(), e);
        }
    }

    /** Forwards the dead letter of the record at hand, as it was received. */
    <K, V> void reject(ProcessorContext<K, V> to, Record<byte[], byte[]> received, int recordBytes, String why) {
        LOG.error(
                "A record of {} cannot be used, and becomes a dead letter: {}",
                metadata().topic(),
                why);
        Rejection rejection = Rejection.failed(operator, why);
        counters.refused(rejection.reason());
        forward(to, DeadLetters.of(received, metadata(), operator, rejection, recordBytes));
    }

    /**
     * Forwards the dead letter of a document.
     *
     * @param learned as in {@link DeadLetters#LEARNED}
     */
    <K, V> void reject(
            ProcessorContext<K, V> to, DocumentOrigin origin, String id, long timestamp, String why, String learned) {
        Rejection rejection = Rejection.failed(operator, why);
        counters.refused(rejection.reason());
        forward(to, DeadLetters.of(origin, id, timestamp, operator, rejection, learned));
    }

    @SuppressWarnings("unchecked") // the sink takes bytes, whatever the other sinks of the processor take
    private <K, V> void forward(ProcessorContext<K, V> to, Record<byte[], byte[]> letter) {
        to.forward((Record<K, V>) letter, sink);
    }

    private RecordMetadata metadata() {
        return Objects.requireNonNull(context)
                .recordMetadata()
                .orElseThrow(() -> new IllegalStateException(operator + " works on a record without a topic"));
    }
}
