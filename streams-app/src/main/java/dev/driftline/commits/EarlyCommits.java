package dev.driftline.commits;

import java.util.Collections;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.function.LongSupplier;

/**
 * Asks for a commit as soon as a stream thread has processed what it polled, so that a document does not wait for the
 * commit interval at each of its hops.
 *
 * <p>Under exactly-once the next hop reads a record only once it is committed. While records keep coming, commits take at
 * most one part in {@value ThreadCommits#SHARE} of a thread's time: the longer they take, the rarer they get. A thread with
 * a backlog is never idle after a poll: it commits a few times while it gets under way ({@link CommitRamp}), then goes on by
 * the interval alone. A commit more or less changes no result.
 *
 * <p>One for each service. Three parts tell it what happens: the consumers of {@link TimedClients} what was polled,
 * {@link CommittingProcessors} what was processed, and the write-back stores and the producers how long a commit took. All
 * of them call on the stream thread, and each stream thread has a {@link ThreadCommits} of its own. Any thread may ask
 * for one.
 */
public final class EarlyCommits {

    /** The setting under which Kafka Streams hands this object to {@link CommittingProcessors}. */
    public static final String CONFIG = "driftline.early.commits";

    private final boolean wanted;
    private final LongSupplier nanoTime;
    /** Weak, since Kafka Streams replaces threads that fail. */
    private final Map<Thread, ThreadCommits> threads = Collections.synchronizedMap(new WeakHashMap<>());

    /** @param wanted whether to ask for commits at all; without, the commit interval alone decides */
    public EarlyCommits(boolean wanted) {
        this(wanted, System::nanoTime);
    }

    /** @param nanoTime the clock, as {@link System#nanoTime()} */
    EarlyCommits(boolean wanted, LongSupplier nanoTime) {
        this.wanted = wanted;
        this.nanoTime = nanoTime;
    }

    /** One that asks for no commit: for a topology without a running service, as in a test. */
    public static EarlyCommits off() {
        return new EarlyCommits(false);
    }

    /** The commits of the calling thread. Look it up once and keep it where records pass. */
    public ThreadCommits ofThread() {
        return threads.computeIfAbsent(Thread.currentThread(), thread -> new ThreadCommits(wanted, nanoTime));
    }
}
