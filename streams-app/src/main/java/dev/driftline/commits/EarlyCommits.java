package dev.driftline.commits;

import java.util.Collections;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.function.LongSupplier;

/**
 * Requests a commit as soon as a stream thread has processed all polled records, so that a document does not wait for the
 * commit interval at each of its hops.
 *
 * <p>Under exactly-once, the next hop reads a record only after its commit. While records keep coming, commits take at most
 * one part in {@value ThreadCommits#SHARE} of a thread's time: the longer they take, the less often they are requested. A
 * thread with a backlog commits a few times at its start ({@link CommitRamp}), then by the interval alone. Additional commits
 * change no result.
 *
 * <p>One for each service. The consumers of {@link TimedClients} report the polled records,
 * {@link CommittingProcessors} the processed ones, and the write-back stores and the producers the duration of commits. All
 * of them call on the stream thread, and each stream thread has its own {@link ThreadCommits}. Thread-safe.
 */
public final class EarlyCommits {

    /** The setting under which Kafka Streams hands this object to {@link CommittingProcessors}. */
    public static final String CONFIG = "driftline.early.commits";

    private final boolean wanted;
    private final LongSupplier nanoTime;
    /** Weak, since Kafka Streams replaces threads that fail. */
    private final Map<Thread, ThreadCommits> threads = Collections.synchronizedMap(new WeakHashMap<>());

    /** @param wanted whether to request commits at all; otherwise the commit interval alone decides */
    public EarlyCommits(boolean wanted) {
        this(wanted, System::nanoTime);
    }

    /** @param nanoTime the clock, as {@link System#nanoTime()} */
    EarlyCommits(boolean wanted, LongSupplier nanoTime) {
        this.wanted = wanted;
        this.nanoTime = nanoTime;
    }

    /** One that requests no commits: for a topology without a running service, as in a test. */
    public static EarlyCommits off() {
        return new EarlyCommits(false);
    }

    /** The commits of the calling thread. This is a look-up in a synchronized map: keep the result. */
    public ThreadCommits ofThread() {
        return threads.computeIfAbsent(Thread.currentThread(), thread -> new ThreadCommits(wanted, nanoTime));
    }
}
