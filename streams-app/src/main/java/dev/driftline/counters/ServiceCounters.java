package dev.driftline.counters;

import dev.driftline.drift.DriftChange;
import dev.driftline.heap.HeapBudget;
import dev.driftline.input.DeadLetterReason;
import dev.driftline.mixture.DocumentScore;
import dev.driftline.pending.PendingDocument;
import dev.driftline.schemas.Retraction;
import dev.driftline.schemas.RetractionOutcome;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** What the tasks of this instance have done and have before them, for status. Thread-safe. */
public final class ServiceCounters {

    private final Map<Integer, Integer> pending = new ConcurrentHashMap<>();
    private final LongAdder documents = new LongAdder();
    private final LongAdder tokens = new LongAdder();
    private final Map<NeuralStatus, LongAdder> byNetwork = new EnumMap<>(NeuralStatus.class);
    private final Map<DriftChange.State, LongAdder> driftEvents = new EnumMap<>(DriftChange.State.class);
    private final LongAdder networkTokens = new LongAdder();
    private final LongAdder networkNanos = new LongAdder();
    private final Map<String, LongAdder> byRule = new ConcurrentHashMap<>();
    private final Map<RetractionOutcome, LongAdder> retractions = new EnumMap<>(RetractionOutcome.class);
    private final LongAdder passedOver = new LongAdder();
    private final DriftStates driftStates = new DriftStates();
    private final HeapBudget heap;
    private volatile DocumentObserver observer = DocumentObserver.NONE;

    /** As the other constructor, with the bounds of heap at their defaults. */
    public ServiceCounters() {
        this(new HeapBudget());
    }

    /**
     * Nothing done, no partition owned.
     *
     * @param heap counts what grows with what arrives
     */
    public ServiceCounters(HeapBudget heap) {
        this.heap = heap;
        for (NeuralStatus status : NeuralStatus.values()) {
            byNetwork.put(status, new LongAdder());
        }
        for (DriftChange.State state : DriftChange.State.values()) {
            driftEvents.put(state, new LongAdder());
        }
        for (RetractionOutcome outcome : RetractionOutcome.values()) {
            retractions.put(outcome, new LongAdder());
        }
    }

    /** What grows on the heap with what arrives, and how far it may. */
    public HeapBudget heap() {
        return heap;
    }

    /** The constructor puts one there for every key. */
    private static <K> LongAdder count(Map<K, LongAdder> counts, K key) {
        return Objects.requireNonNull(counts.get(key));
    }

    /** Retractions that this instance has answered since it started, by outcome; aborted work is counted too. */
    public Map<RetractionOutcome, Long> retractions() {
        Map<RetractionOutcome, Long> byOutcome = new EnumMap<>(RetractionOutcome.class);
        retractions.forEach((outcome, count) -> {
            if (outcome != RetractionOutcome.UNKNOWN) {
                byOutcome.put(outcome, count.sum());
            }
        });
        return byOutcome;
    }

    /** Notes the answer to a retraction. */
    public void retracted(RetractionOutcome outcome) {
        count(retractions, outcome).increment();
    }

    /** Input records passed over since this instance started, because the state had taken them in before. */
    public long recordsPassedOver() {
        return passedOver.sum();
    }

    /** Notes an input record that the state has taken in before. */
    public void passedOver() {
        passedOver.increment();
    }

    /** Changes of sources of one kind, seen by this instance since it started; aborted work is counted too. */
    public long driftEvents(DriftChange.State state) {
        return count(driftEvents, state).sum();
    }

    /** In which states the watched sources are that are here. */
    public DriftStates driftStates() {
        return driftStates;
    }

    public void driftEvent(String source, DriftChange change) {
        count(driftEvents, change.state()).increment();
        observer.changed(source, change);
    }

    /** Tells {@code newObserver} from now on, too; in the place of another. */
    public void observedBy(DocumentObserver newObserver) {
        observer = newObserver;
    }

    /** Documents that wait for replies, by the partitions that this instance owns. */
    public Map<Integer, Integer> pendingByPartition() {
        return new TreeMap<>(pending);
    }

    /** Documents scored since this instance started; under exactly-once, aborted work is counted too. */
    public long documentsScored() {
        return documents.sum();
    }

    /** Tokens scored since this instance started. */
    public long tokensScored() {
        return tokens.sum();
    }

    /** Documents that the network took part in, of those scored since this instance started. */
    public long documentsWithNetwork() {
        return count(byNetwork, NeuralStatus.SCORED).sum();
    }

    /** Documents scored before there was a snapshot. */
    public long documentsWithoutSnapshot() {
        return count(byNetwork, NeuralStatus.NO_SNAPSHOT).sum();
    }

    /** Documents scored without the network because it could not keep up, or failed. */
    public long documentsFallenBack() {
        return count(byNetwork, NeuralStatus.FALLBACK).sum();
    }

    /** Tokens that the network has read for scores. */
    public long networkTokens() {
        return networkTokens.sum();
    }

    /** Seconds that the scoring threads took for them, all threads together. */
    public double networkSeconds() {
        return networkNanos.sum() / 1e9;
    }

    /**
     * Documents that each rule of the filter decided about since this instance started, those of no rule under
     * {@code otherwise}; aborted work is counted, too.
     */
    public Map<String, Long> documentsByRule() {
        Map<String, Long> documentsOfRule = new TreeMap<>();
        byRule.forEach((rule, count) -> documentsOfRule.put(rule, count.sum()));
        return documentsOfRule;
    }

    public void filtered(String rule) {
        byRule.computeIfAbsent(rule, name -> new LongAdder()).increment();
    }

    public void network(NeuralStatus status) {
        count(byNetwork, status).increment();
    }

    public void networkScored(long documentTokens, long nanos) {
        networkTokens.add(documentTokens);
        networkNanos.add(nanos);
        observer.networkRead(nanos);
    }

    /** Notes the answer to a retraction, and tells the observer. */
    public void retracted(Retraction answer) {
        retracted(answer.getOutcome());
        observer.retracted(answer);
    }

    public void refused(DeadLetterReason reason) {
        observer.refused(reason);
    }

    public void partitionRevoked(int partition) {
        pending.remove(partition);
    }

    public void pending(int partition, int waiting) {
        pending.put(partition, waiting);
    }

    public void scored(PendingDocument pending, DocumentScore score, long now) {
        documents.increment();
        tokens.add(score.tokens());
        observer.scored(pending.document.source(), score, pending.document.publishedAt(), pending.scatteredAt, now);
    }
}
