package dev.driftline.live;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Perplexity of each model over documents, unknown words spelled out, and the class perplexity of the mixture; with a memory below 1, over the last 1 / (1 − memory) or so. Not thread-safe.
 */
final class ModelMeans {

    private static final double STEPS = 1e3;
    private static final double RATE_STEPS = 1e5;

    private final double memory;
    private double tokens;
    private double mixture;
    private double ngram;
    private double ngramTokens;
    private double network;
    private double networkTokens;
    private double ofClass;
    private double unknown;

    /**
     * @param memory what a document's weight is multiplied by at each one after it; 1 weighs all alike
     */
    ModelMeans(double memory) {
        this.memory = memory;
    }

    void add(DocumentCost cost) {
        tokens = tokens * memory + cost.tokens();
        mixture = mixture * memory + cost.mixtureBits();
        ofClass = ofClass * memory + cost.classBits();
        unknown = unknown * memory + cost.unknownTokens();
        if (Double.isFinite(cost.ngramBits())) {
            ngram = ngram * memory + cost.ngramBits();
            ngramTokens = ngramTokens * memory + cost.tokens();
        }
        if (Double.isFinite(cost.networkBits())) {
            network = network * memory + cost.networkBits();
            networkTokens = networkTokens * memory + cost.tokens();
        }
    }

    /**
     * Perplexity by model, null where there is none: {@code mixture}, {@code ngram}, {@code network}; the mixture's with
     * {@code <unk>} as a class, {@code class}; and the {@code unknown_rate}.
     */
    Map<String, Object> perplexities() {
        Map<String, Object> perplexities = new LinkedHashMap<>();
        perplexities.put("mixture", perplexity(mixture, tokens));
        perplexities.put("ngram", perplexity(ngram, ngramTokens));
        perplexities.put("network", perplexity(network, networkTokens));
        perplexities.put("class", perplexity(ofClass, tokens));
        perplexities.put("unknown_rate", tokens == 0 ? null : RecordJson.number(unknown / tokens, RATE_STEPS));
        return perplexities;
    }

    private static @Nullable Double perplexity(double bits, double tokens) {
        return tokens == 0 ? null : RecordJson.number(Math.pow(2, bits / tokens), STEPS);
    }
}
