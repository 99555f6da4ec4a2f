package dev.driftline.network.scoring;

import dev.driftline.neural.snapshot.Snapshot;
import dev.driftline.scoring.DocumentTokens;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.common.errors.InterruptException;
import org.jspecify.annotations.Nullable;

/**
 * The network's results for the documents of one partition, from scatter until gather fetches them. In memory only: a
 * document restored after a crash is offered again once every shard has replied. Used by one stream thread.
 *
 * <p>Under {@link NeuralPolicy#WAIT} a full queue holds the stream thread up, which is the back-pressure: Kafka Streams lets
 * a processor leave no record where it is. But between two ticks never for longer than {@link WaitBudget#WAIT_MS}. A
 * document that found no room is offered again at later ticks and when it is complete.
 */
public final class PartitionNetworkScores {

    /** Documents that are kept at hand to be offered again, before they are complete; their bytes are in the budget. */
    private static final int REFUSED = 1024;

    private final NeuralScoring scoring;
    private final NeuralScoringSettings settings;
    private final Map<Long, NeuralJob> jobs = new HashMap<>();
    private final Map<Long, NeuralJob> refused = new LinkedHashMap<>();
    private @Nullable Snapshot active;

    PartitionNetworkScores(NeuralScoring scoring, NeuralScoringSettings settings) {
        this.scoring = scoring;
        this.settings = settings;
    }

    /** Offers a document to the network while the shards are asked about it; without a snapshot nothing is kept of it. */
    public void scattered(long ticket, DocumentTokens document) {
        if (scoring.snapshot().isEmpty()) {
            return;
        }
        if (refused.size() < REFUSED) {
            NeuralJob job = new NeuralJob(document);
            if (scoring.hold(job, false)) {
                refused.put(ticket, job);
            }
        }
        offerRefused(settings.policy() == NeuralPolicy.WAIT);
    }

    /** Offers what has found no room so far, the oldest first. Called now and then from a punctuation. */
    public void tick() {
        scoring.waitBudget().renew();
        letOldSnapshotsGo();
        offerRefused(false);
    }

    /**
     * Drops the scores of snapshots before the last: while a shard is away, each promotion would leave a whole network behind
     * that scores still point to. Such a document is offered again once it is complete.
     */
    private void letOldSnapshotsGo() {
        Snapshot now = scoring.snapshot().orElse(null);
        if (now == active) {
            return;
        }
        jobs.values().removeIf(job -> {
            boolean isOld = job.outcome().orElse(null) instanceof NeuralOutcome.Scored scored
                    && scored.snapshot() != now
                    && scored.snapshot() != active;
            if (isOld) {
                scoring.release(job);
            }
            return isOld;
        });
        active = now;
    }

    private void offerRefused(boolean mayWait) {
        Iterator<Map.Entry<Long, NeuralJob>> waiting = refused.entrySet().iterator();
        while (waiting.hasNext()) {
            Map.Entry<Long, NeuralJob> next = waiting.next();
            if (!offer(next.getValue(), mayWait)) {
                return;
            }
            jobs.put(next.getKey(), next.getValue());
            waiting.remove();
        }
    }

    private boolean offer(NeuralJob job, boolean mayWait) {
        long start = System.nanoTime();
        try {
            return scoring.offer(job, mayWait ? scoring.waitBudget().left() : 0);
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        } finally {
            if (mayWait) {
                scoring.waitBudget().spend(System.nanoTime() - start);
            }
        }
    }

    /**
     * What became of a document that is complete but for the network; empty where it is to wait on. Nothing else of the
     * partition is fetched before this one is.
     *
     * @param waited milliseconds since it was complete
     */
    public Optional<NeuralOutcome> fetch(long ticket, DocumentTokens document, long waited) {
        NeuralJob job = jobs.get(ticket);
        if (job == null) {
            job = offerNow(ticket, document);
        }
        Optional<NeuralOutcome> outcome = job == null ? Optional.empty() : job.outcome();
        if (outcome.isEmpty() && (settings.policy() == NeuralPolicy.WAIT || waited < settings.patienceMs())) {
            return Optional.empty();
        }
        release(jobs.remove(ticket));
        release(refused.remove(ticket));
        return Optional.of(outcome.orElse(NeuralOutcome.NotScored.FALLBACK));
    }

    private @Nullable NeuralJob offerNow(long ticket, DocumentTokens document) {
        NeuralJob job = refused.get(ticket);
        boolean isNew = job == null;
        if (job == null) {
            job = new NeuralJob(document);
            scoring.hold(job, true);
        }
        if (offer(job, false)) {
            refused.remove(ticket);
            jobs.put(ticket, job);
            return job;
        }
        if (isNew) {
            scoring.release(job);
        }
        return null;
    }

    private void release(@Nullable NeuralJob job) {
        if (job != null) {
            scoring.release(job);
        }
    }

    /** The snapshots whose scores are held. */
    Set<Snapshot> held() {
        return jobs.values().stream()
                .flatMap(job -> job.outcome().stream())
                .filter(NeuralOutcome.Scored.class::isInstance)
                .map(outcome -> ((NeuralOutcome.Scored) outcome).snapshot())
                .collect(Collectors.toSet());
    }

    /** Gives up everything. */
    void forget() {
        jobs.values().forEach(scoring::release);
        jobs.clear();
        refused.values().forEach(scoring::release);
        refused.clear();
        active = null;
    }
}
