package dev.driftline.serving.query.instances;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** How fast a number has grown lately. Looked at once a second; thread-safe. */
final class Throughput {

    private static final int SAMPLES = 10;

    private record Sample(long nanos, long count) {}

    private final LongSupplier count;
    private final LongSupplier clock;
    private final Deque<Sample> samples = new ArrayDeque<>();

    Throughput(LongSupplier count) {
        this(count, System::nanoTime);
    }

    Throughput(LongSupplier count, LongSupplier clock) {
        this.count = count;
        this.clock = clock;
        look();
    }

    /** Notes where the number is now. */
    synchronized void look() {
        samples.addLast(new Sample(clock.getAsLong(), count.getAsLong()));
        if (samples.size() > SAMPLES + 1) {
            samples.removeFirst();
        }
    }

    /** Growth a second over the last {@value #SAMPLES} looks; 0 at the beginning. */
    synchronized double perSecond() {
        Sample first = samples.getFirst();
        long nanos = clock.getAsLong() - first.nanos();
        return nanos < TimeUnit.MILLISECONDS.toNanos(100) ? 0 : (count.getAsLong() - first.count()) * 1e9 / nanos;
    }
}
