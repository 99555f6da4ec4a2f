package dev.driftline.topology;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.streams.processor.Cancellable;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.Punctuator;
import org.apache.kafka.streams.processor.api.ProcessorContext;

/**
 * What a processor does now and then, from its init to its close. Kafka Streams ends no punctuation when it closes a processor
 * and initialises it again, which it does to every task that was at work when a commit failed: those of the life before
 * would go on beside the new ones. Used by one stream thread.
 */
final class Punctuations implements AutoCloseable {

    private final List<Cancellable> scheduled = new ArrayList<>();

    /** Has {@code work} done every {@code interval} of wall-clock time; called from {@code init}. */
    void every(Duration interval, ProcessorContext<?, ?> context, Punctuator work) {
        scheduled.add(context.schedule(interval, PunctuationType.WALL_CLOCK_TIME, work));
    }

    /** Ends them all; called from {@code close}. */
    @Override
    public void close() {
        scheduled.forEach(Cancellable::cancel);
        scheduled.clear();
    }
}
