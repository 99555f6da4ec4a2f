package dev.driftline.generation;

/**
 * How the next word is drawn.
 *
 * @param temperature p becomes p<sup>1/temperature</sup>, renormalised: below 1 likelier, above 1 more surprising text;
 *     0 always takes the most probable word
 * @param topK only the k most probable words are drawn from; 0 for no such limit
 * @param topP only the most probable words that together have at least this probability are drawn from (nucleus sampling,
 *     Holtzman et al. 2020); 1 for no such limit
 */
public record Sampling(double temperature, int topK, double topP) {

    /** From the model's own distribution. */
    public static final Sampling PLAIN = new Sampling(1, 0, 1);

    /** @throws IllegalArgumentException if a value is out of its range */
    public Sampling {
        if (!(temperature >= 0) || temperature > 100) {
            throw new IllegalArgumentException("temperature " + temperature + " is not between 0 and 100");
        }
        if (topK < 0) {
            throw new IllegalArgumentException("top-k " + topK + " is negative");
        }
        if (!(topP > 0 && topP <= 1)) {
            throw new IllegalArgumentException("top-p " + topP + " is not above 0 and at most 1");
        }
    }
}
