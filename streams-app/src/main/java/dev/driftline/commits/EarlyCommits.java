package dev.driftline.commits;

import java.util.Collections;
import java.util.Map;
import java.util.OptionalLong;
import java.util.WeakHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Requests a commit as soon as a stream thread has processed all polled records, so that a document does not wait for the
 * commit interval at each of its hops.
 *
 * <p>Under exactly-once, the next hop reads a record only after its commit. While records keep coming, commits take at most
 * one part in {@value ThreadCommits#SHARE} of a thread's time: the longer they take, the less often they are requested. A
 * thread with a backlog commits a few times at its start ({@link CommitRamp}), then by the interval. A short interval is kept
 * here and not by Kafka Streams, and only as far as commits take one part in {@value ThreadCommits#SHARE} of the time of
 * a thread with a backlog. More commits or fewer change no result.
 *
 * <p>One for each service. The consumers of {@link TimedClients} report the polled records,
 * {@link CommittingProcessors} the processed ones, and the write-back stores and the producers the duration of commits. All
 * of them call on the stream thread, and each stream thread has its own {@link ThreadCommits}. Thread-safe.
 */
public final class EarlyCommits {

    /** The setting under which Kafka Streams hands this object to {@link CommittingProcessors}. */
    public static final String CONFIG = "driftline.early.commits";

    /** What Kafka's own commit interval is at most where a thread commits by its pace: 1 s. */
    private static final long LONGEST_MILLIS = 1000;

    /** By how much Kafka's own interval may be longer than the wanted one. */
    private static final long LONGEST_FACTOR = 10;

    private final boolean wanted;
    private final long intervalMillis;
    private final LongSupplier nanoTime;
    /** Weak, since Kafka Streams replaces threads that fail. */
    private final Map<Thread, ThreadCommits> threads = Collections.synchronizedMap(new WeakHashMap<>());

    /**
     * @param wanted whether to request commits at all; otherwise the commit interval alone decides
     * @param intervalMillis the commit interval of the configuration
     */
    public EarlyCommits(boolean wanted, long intervalMillis) {
        this(wanted, intervalMillis, System::nanoTime);
    }

    /** @param nanoTime the clock, as {@link System#nanoTime()} */
    EarlyCommits(boolean wanted, long intervalMillis, LongSupplier nanoTime) {
        this.wanted = wanted;
        this.intervalMillis = intervalMillis;
        this.nanoTime = nanoTime;
    }

    /** One that requests no commits: for a topology without a running service, as in a test. */
    public static EarlyCommits off() {
        return new EarlyCommits(false, Long.MAX_VALUE);
    }

    /**
     * The interval that Kafka Streams is told, in milliseconds. It commits by it however long commits take, and where they take
     * as long as the interval, a thread does little else. So a short interval is kept by {@link ThreadCommits}, which
     * knows how long they take, and Kafka's is only for what no thread has reported.
     *
     * @param configured the commit interval of the configuration
     */
    public long longestMillis(long configured) {
        return wanted ? Math.max(configured, Math.min(LONGEST_MILLIS, LONGEST_FACTOR * configured)) : configured;
    }

    /** The commits of the calling thread. This is a look-up in a synchronized map: keep the result. */
    public ThreadCommits ofThread() {
        return threads.computeIfAbsent(Thread.currentThread(), thread -> new ThreadCommits(wanted, pace(), nanoTime));
    }

    /** Nanoseconds between the commits of a busy thread that commits by itself; empty where Kafka Streams keeps the interval. */
    private OptionalLong pace() {
        return longestMillis(intervalMillis) > intervalMillis
                ? OptionalLong.of(TimeUnit.MILLISECONDS.toNanos(intervalMillis))
                : OptionalLong.empty();
    }
}
