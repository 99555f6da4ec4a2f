package dev.driftline.topology;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.streams.processor.Cancellable;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.Punctuator;
import org.apache.kafka.streams.processor.api.ProcessorContext;

/**
 * The punctuations of one life of a processor, by the clock of the machine. Kafka Streams closes a processor and initialises the
 * same object again (a task that is revived after a failed commit, or becomes a standby and active again), and goes on calling
 * what was scheduled before: so whoever schedules in {@code init} cancels in {@code close}. One stream thread.
 */
final class Punctuations {

    private final List<Cancellable> scheduled = new ArrayList<>();

    /** Calls {@code punctuator} every {@code interval} until {@link #cancel}. */
    void every(Duration interval, ProcessorContext<?, ?> context, Punctuator punctuator) {
        scheduled.add(context.schedule(interval, PunctuationType.WALL_CLOCK_TIME, punctuator));
    }

    /** Ends all of them. */
    void cancel() {
        scheduled.forEach(Cancellable::cancel);
        scheduled.clear();
    }
}
