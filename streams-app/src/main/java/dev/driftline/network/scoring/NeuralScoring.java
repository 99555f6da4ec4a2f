package dev.driftline.network.scoring;

import dev.driftline.counters.ServiceCounters;
import dev.driftline.heap.HeapAccount;
import dev.driftline.heap.HeapUse;
import dev.driftline.network.snapshots.ActiveSnapshot;
import dev.driftline.neural.NetworkReader;
import dev.driftline.neural.NetworkScore;
import dev.driftline.neural.events.KnownRows;
import dev.driftline.neural.snapshot.Snapshot;
import dev.driftline.scoring.Vocabulary;
import dev.driftline.threads.LastingThread;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Scores documents with the active snapshot on threads of its own, several documents at a time. One an instance;
 * thread-safe.
 *
 * <p>Two things are bounded: the tokens that wait for these threads, and the heap of documents and of scores that nobody has
 * fetched, {@link HeapUse#NETWORK}; next words of a network of 16,000 rows take 64 KiB each. Past the first bound an offer is
 * refused, past the second a document is not held: it is for the caller to wait or to do without.
 *
 * <p>Where documents may do without the network, those that come last are scored first while the queue is more than half
 * full: in order, each would be reached just when its patience ends, and none would be scored in time.
 */
public final class NeuralScoring implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(NeuralScoring.class);

    private static final int BATCH_DOCUMENTS = 64;
    private static final int BATCH_TOKENS = 8192;

    private final NeuralScoringSettings settings;
    private final boolean nextWords;
    private final ActiveSnapshot active;
    private final ServiceCounters counters;
    private final KnownRows knownRows;
    private final WaitBudget waitBudget = new WaitBudget();
    private final Map<Integer, PartitionNetworkScores> partitions = new ConcurrentHashMap<>();
    private final List<LastingThread> threads = new ArrayList<>();

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition work = lock.newCondition();
    private final Condition room = lock.newCondition();
    private final Deque<NeuralJob> queue = new ArrayDeque<>();
    private final HeapAccount held;
    private long underWay;
    private boolean closed;

    /**
     * Takes documents in from now on, and scores them after {@link #start()}.
     *
     * @param nextWords whether predictions are wanted
     * @param vocabulary of the n-gram model
     * @param active asked before each batch
     */
    public NeuralScoring(
            NeuralScoringSettings settings,
            boolean nextWords,
            Vocabulary vocabulary,
            ActiveSnapshot active,
            ServiceCounters counters) {
        this.settings = settings;
        this.nextWords = nextWords;
        this.active = active;
        this.counters = counters;
        held = counters.heap().account(HeapUse.NETWORK);
        knownRows = new KnownRows(vocabulary, counters.heap().account(HeapUse.KNOWN_WORDS));
        for (int i = 0; i < settings.threads(); i++) {
            threads.add(new LastingThread(
                    "neural-scoring-" + i,
                    new Scorer(),
                    e -> LOG.error("A thread that scores with the network failed, and goes on", e),
                    Duration.ofMillis(100)));
        }
    }

    /** Starts the threads. Once. */
    public void start() {
        threads.forEach(LastingThread::start);
    }

    NeuralScoringSettings settings() {
        return settings;
    }

    /** For how long stream threads may still be held up. */
    WaitBudget waitBudget() {
        return waitBudget;
    }

    /** Which words of networks from elsewhere the n-gram model knows; gather tells it of each document. */
    public KnownRows knownRows() {
        return knownRows;
    }

    /** What a partition's documents are waiting for here; scatter and gather share it. */
    public PartitionNetworkScores partition(int partition) {
        return partitions.computeIfAbsent(partition, number -> new PartitionNetworkScores(this, settings));
    }

    /** Forgets what a partition was waiting for, which is another instance's now. */
    public void partitionRevoked(int partition) {
        PartitionNetworkScores scores = partitions.remove(partition);
        if (scores != null) {
            scores.forget();
        }
    }

    /** What documents are scored with now; empty before the first snapshot. */
    Optional<Snapshot> snapshot() {
        return active.get();
    }

    /**
     * Takes a document into the budget until {@link #release}; true where there was room.
     *
     * @param isNext whether its partition waits for this document and nothing else: then there is room. What is held may
     *     wait for documents behind it, and never be fetched before it is.
     */
    boolean hold(NeuralJob job, boolean isNext) {
        lock.lock();
        try {
            if (!isNext && held.bytes() + job.bytes() > held.bound()) {
                return false;
            }
            account(job, job.bytes());
            return true;
        } finally {
            lock.unlock();
        }
    }

    private void account(NeuralJob job, long bytes) {
        held.add(bytes - job.heldBytes);
        job.heldBytes = bytes;
    }

    /**
     * Puts a document that is held into the queue; true where there was room. One without a snapshot to score it is over at
     * once.
     *
     * @param waitNanos how long to wait for room in the queue, at most
     */
    boolean offer(NeuralJob job, long waitNanos) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            if (active.get().isEmpty()) {
                job.finish(NeuralOutcome.NotScored.NO_SNAPSHOT);
                account(job, job.bytes());
                return true;
            }
            long left = waitNanos;
            while (!closed && isFull(job.weight()) && left > 0) {
                left = room.awaitNanos(left);
            }
            if (closed || isFull(job.weight())) {
                return false;
            }
            underWay += job.weight();
            queue.addLast(job);
            work.signal();
            return true;
        } finally {
            lock.unlock();
        }
    }

    private boolean isFull(int weight) {
        return underWay > 0 && underWay + weight > settings.queueTokens();
    }

    /** Gives up a job, whatever has become of it: nobody will fetch its score, or somebody has. */
    void release(NeuralJob job) {
        lock.lock();
        try {
            if (job.cancelled) {
                return;
            }
            job.cancelled = true;
            if (job.outcome().isEmpty() && queue.remove(job)) {
                underWay -= job.weight();
                room.signalAll();
            }
            account(job, 0);
        } finally {
            lock.unlock();
        }
    }

    /** Tokens that wait for the threads or are with them. */
    public long tokensUnderWay() {
        lock.lock();
        try {
            return underWay;
        } finally {
            lock.unlock();
        }
    }

    /** Scores a batch of what waits on the calling thread; false where nothing waits. For tests without threads. */
    boolean scoreBatch() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            if (queue.isEmpty()) {
                return false;
            }
        } finally {
            lock.unlock();
        }
        new Scorer().run();
        return true;
    }

    /** What one thread does: a batch at a time. */
    private final class Scorer implements LastingThread.Work {

        private final List<NeuralJob> batch = new ArrayList<>(BATCH_DOCUMENTS);
        private @Nullable NetworkReader reader;

        @Override
        public void run() throws InterruptedException {
            List<NeuralOutcome> outcomes = List.of();
            take(batch);
            Snapshot snapshot = active.get().orElse(null);
            try {
                if (snapshot == null) {
                    outcomes = Collections.nCopies(batch.size(), NeuralOutcome.NotScored.NO_SNAPSHOT);
                } else {
                    NetworkReader by = reader;
                    if (by == null || by.network() != snapshot.network()) {
                        by = snapshot.network().reader();
                        reader = by;
                    }
                    outcomes = score(batch, snapshot, by);
                }
            } catch (RuntimeException | Error e) {
                // The documents go out without the network and are counted; a stream does not stop for it.
                reader = null;
                LOG.error(
                        "Snapshot {} failed on {} documents",
                        snapshot == null ? "none" : snapshot.version(),
                        batch.size(),
                        e);
            } finally {
                finish(batch, outcomes);
                batch.clear();
            }
        }
    }

    private List<NeuralOutcome> score(List<NeuralJob> batch, Snapshot snapshot, NetworkReader reader) {
        List<int[]> texts = new ArrayList<>(batch.size());
        batch.forEach(job -> texts.add(snapshot.network().vocabulary().encode(job.document())));
        long start = System.nanoTime();
        BitSet foreign =
                snapshot.manifest().mayHaveForeignRows() ? knownRows.foreign(snapshot.network()) : new BitSet();
        List<NetworkScore> scores = reader.score(texts, nextWords, settings.encodings(), foreign);
        long tokens = 0;
        int unsound = 0;
        List<NeuralOutcome> outcomes = new ArrayList<>(batch.size());
        for (int i = 0; i < scores.size(); i++) {
            if (scores.get(i).isSound()) {
                outcomes.add(new NeuralOutcome.Scored(snapshot, scores.get(i), foreign));
            } else {
                // Finite weights can overflow. What is no probability must not reach the weights of a source.
                unsound++;
                outcomes.add(NeuralOutcome.NotScored.FALLBACK);
            }
            tokens += texts.get(i).length;
        }
        if (unsound > 0) {
            LOG.warn(
                    "Snapshot {} gives no numbers for {} of {} documents: they are scored without it",
                    snapshot.version(),
                    unsound,
                    batch.size());
        }
        counters.networkScored(tokens, System.nanoTime() - start);
        return outcomes;
    }

    /** Waits for jobs, and takes as many as fit into {@code batch}, which has room for them. */
    private void take(List<NeuralJob> batch) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (queue.isEmpty()) {
                work.await();
            }
            long tokens = 0;
            boolean newestFirst = settings.policy() == NeuralPolicy.NGRAM_ONLY && 2 * underWay > settings.queueTokens();
            while (!queue.isEmpty() && batch.size() < BATCH_DOCUMENTS) {
                NeuralJob next = newestFirst ? queue.peekLast() : queue.peekFirst();
                if (!batch.isEmpty() && tokens + next.weight() > BATCH_TOKENS) {
                    break;
                }
                queue.remove(next);
                batch.add(next);
                tokens += next.weight();
            }
        } finally {
            lock.unlock();
        }
    }

    /** @param outcomes one for each, or none where they could not be scored */
    private void finish(List<NeuralJob> batch, List<NeuralOutcome> outcomes) {
        lock.lock();
        try {
            for (int i = 0; i < batch.size(); i++) {
                NeuralJob job = batch.get(i);
                underWay -= job.weight();
                if (!job.cancelled) {
                    job.finish(outcomes.isEmpty() ? NeuralOutcome.NotScored.FALLBACK : outcomes.get(i));
                    account(job, job.bytes());
                }
            }
            room.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Stops the threads once they have finished the batch that they are at; what waits is not scored. */
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            room.signalAll();
            held.close();
        } finally {
            lock.unlock();
        }
        threads.forEach(LastingThread::interrupt);
        threads.forEach(thread -> thread.join(Duration.ofSeconds(10)));
    }
}
