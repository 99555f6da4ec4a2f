package dev.driftline.network.scoring;

import dev.driftline.config.DriftlineConfig;
import dev.driftline.config.keys.NeuralKeys;
import dev.driftline.neural.Pooling;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How documents are scored with the network.
 *
 * @param model the name of the network among the experts: {@code lstm}
 * @param threads threads of this instance that do nothing else
 * @param queueTokens tokens of documents that may wait for these threads; one larger document may wait alone
 * @param policy what happens where they cannot keep up
 * @param patienceMs milliseconds that a document, complete but for the network, waits under {@link NeuralPolicy#NGRAM_ONLY}
 * @param encodings how the vector of each document is made that goes to the encodings topic; null for none
 */
public record NeuralScoringSettings(
        String model,
        int threads,
        long queueTokens,
        NeuralPolicy policy,
        long patienceMs,
        @Nullable Pooling encodings) {

    public NeuralScoringSettings {
        if (threads < 1 || queueTokens < 1 || patienceMs < 0) {
            throw new IllegalArgumentException(threads + " threads, a queue of " + queueTokens
                    + " tokens and a patience of " + patienceMs + " ms: expected at least 1, 1 and 0");
        }
    }

    /** What {@code config} says; empty where there is no network. */
    public static Optional<NeuralScoringSettings> of(DriftlineConfig config) {
        String model = config.get(NeuralKeys.MODEL);
        if (model.equals(NeuralKeys.NO_MODEL)) {
            return Optional.empty();
        }
        String encodings = config.get(NeuralKeys.ENCODINGS);
        return Optional.of(new NeuralScoringSettings(
                model,
                config.get(NeuralKeys.SCORING_THREADS),
                config.get(NeuralKeys.SCORING_QUEUE_TOKENS),
                NeuralPolicy.named(config.get(NeuralKeys.SCORING_POLICY)),
                config.get(NeuralKeys.SCORING_PATIENCE_MS),
                encodings.equals(NeuralKeys.NO_ENCODINGS)
                        ? null
                        : Pooling.valueOf(encodings.toUpperCase(Locale.ROOT))));
    }
}
