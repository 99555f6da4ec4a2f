package dev.driftline.network.scoring;

import dev.driftline.scoring.DocumentTokens;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.errors.InterruptException;

/**
 * The network's results for the documents of one partition, from scatter until gather fetches them. In memory only: a
 * document restored after a crash is offered again once every shard has replied. Used by one stream thread.
 *
 * <p>Under {@link NeuralPolicy#WAIT} a full queue holds the stream thread up, which is the back-pressure: Kafka Streams lets
 * a processor leave no record where it is. But between two ticks never for longer than {@link WaitBudget#WAIT_MS}. A
 * document that found no room is offered again at later ticks and when it is complete.
 */
public final class PartitionNetworkScores {

    /** Documents that are kept at hand to be offered again, before they are complete. */
    private static final int REFUSED = 1024;

    private final NeuralScoring scoring;
    private final NeuralScoringSettings settings;
    private final Map<Long, NeuralJob> jobs = new HashMap<>();
    private final Map<Long, NeuralJob> refused = new LinkedHashMap<>();

    PartitionNetworkScores(NeuralScoring scoring, NeuralScoringSettings settings) {
        this.scoring = scoring;
        this.settings = settings;
    }

    /** Offers a document to the network while the shards are asked about it. */
    public void scattered(long ticket, DocumentTokens document) {
        if (refused.size() < REFUSED) {
            refused.put(ticket, new NeuralJob(document));
        }
        offerRefused(settings.policy() == NeuralPolicy.WAIT);
    }

    /** Offers what has found no room so far, the oldest first. Called now and then from a punctuation. */
    public void tick() {
        scoring.waitBudget().renew();
        offerRefused(false);
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
     * What became of a document that is complete but for the network; empty where it is to wait on.
     *
     * @param waited milliseconds since it was complete
     */
    public Optional<NeuralOutcome> fetch(long ticket, DocumentTokens document, long waited) {
        NeuralJob job = jobs.get(ticket);
        if (job == null) {
            NeuralJob late = refused.getOrDefault(ticket, new NeuralJob(document));
            if (offer(late, false)) {
                refused.remove(ticket);
                jobs.put(ticket, late);
                job = late;
            }
        }
        Optional<NeuralOutcome> outcome = job == null ? Optional.empty() : job.outcome();
        if (outcome.isEmpty() && (settings.policy() == NeuralPolicy.WAIT || waited < settings.patienceMs())) {
            return Optional.empty();
        }
        refused.remove(ticket);
        if (job != null) {
            jobs.remove(ticket);
            scoring.release(job);
        }
        return Optional.of(outcome.orElse(NeuralOutcome.NotScored.FALLBACK));
    }

    /** Gives up everything. */
    void forget() {
        jobs.values().forEach(scoring::release);
        jobs.clear();
        refused.clear();
    }
}
