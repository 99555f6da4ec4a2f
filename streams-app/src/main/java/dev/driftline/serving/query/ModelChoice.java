package dev.driftline.serving.query;

import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Which model a query asks.
 *
 * @param name {@value #NGRAM}, {@value #NETWORK}, {@value #MIXTURE} or the name of one of them, such as {@code lstm}; empty
 *     for the best that there is
 * @param networkWeight the share of the network, 0 to 1, in a linear blend of counts and network, which then answers in place
 *     of the mixture; empty for the mixture itself
 */
public record ModelChoice(Optional<String> name, OptionalDouble networkWeight) {

    /** The n-gram model of the top order. */
    public static final String NGRAM = "ngram";
    /** The network. */
    public static final String NETWORK = "network";
    /** The frozen model beside the counts. */
    public static final String BACKGROUND = "background";
    /** The mixture of counts, caches, background and network. */
    public static final String MIXTURE = "mixture";

    /** The best that there is. */
    public static final ModelChoice BEST = new ModelChoice(Optional.empty(), OptionalDouble.empty());

    /** @throws IllegalArgumentException if the weight is not between 0 and 1 */
    public ModelChoice {
        networkWeight.ifPresent(weight -> {
            if (!(weight >= 0 && weight <= 1)) {
                throw new IllegalArgumentException("network_weight=" + weight + " is not between 0 and 1");
            }
        });
    }

    /** The model of that name. */
    public static ModelChoice of(String name) {
        return new ModelChoice(Optional.of(name), OptionalDouble.empty());
    }
}
