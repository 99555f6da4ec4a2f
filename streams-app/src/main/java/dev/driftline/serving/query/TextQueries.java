package dev.driftline.serving.query;

import dev.driftline.counters.Progress;
import dev.driftline.generation.MixtureText;
import dev.driftline.generation.TextGenerator;
import dev.driftline.generation.TextGenerator.WordProbability;
import dev.driftline.generation.TextModel;
import java.util.List;
import java.util.Optional;

/** Words and text from the counts, the network, or both mixed. Thread-safe. */
public final class TextQueries {

    private static final double EVEN = 0.5;

    private final CountQueries counts;
    private final NetworkQueries network;
    private final Progress progress;

    public TextQueries(CountQueries counts, NetworkQueries network, Progress progress) {
        this.counts = counts;
        this.network = network;
        this.progress = progress;
    }

    /** The {@code k} most probable words after the beginning of a sentence, best first. */
    public List<WordProbability> next(String model, Optional<Double> networkWeight, List<String> context, int k) {
        return isCounts(model)
                ? counts.next(context, k)
                : TextGenerator.best(text(model, networkWeight, 0), context, k);
    }

    private static boolean isCounts(String model) {
        return model == null || model.equals("ngram");
    }

    /**
     * What text is generated from.
     *
     * @param from words that the counts are drawn from at each step; 0 for the default
     */
    public TextModel text(String model, Optional<Double> networkWeight, int from) {
        if (isCounts(model)) {
            return counts.text(from);
        }
        return switch (model) {
            case "network" -> network.text();
            case "mixture" -> {
                double share =
                        networkWeight.orElseGet(() -> progress.networkWeight().orElse(EVEN));
                if (!(share >= 0 && share <= 1)) {
                    throw new IllegalArgumentException("network_weight=" + share + " is not between 0 and 1");
                }
                yield new MixtureText(List.of(counts.text(from), network.text()), 1 - share, share);
            }
            default ->
                throw new IllegalArgumentException("model=" + model + " is not one of ngram, network and mixture");
        };
    }
}
