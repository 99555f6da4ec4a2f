package dev.driftline.network.scoring;

import java.util.Arrays;
import java.util.Locale;

/** What happens where the network cannot keep up with the stream. */
public enum NeuralPolicy {
    /** Documents wait for the network, and the input for the documents. */
    WAIT,
    /** Documents go out without the network, and say so. */
    NGRAM_ONLY;

    /** The name in the configuration: {@code ngram-only}. */
    public String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** @throws IllegalArgumentException if none has that label */
    public static NeuralPolicy named(String label) {
        return Arrays.stream(values())
                .filter(policy -> policy.label().equals(label))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "no policy is called '" + label + "', expected wait or ngram-only"));
    }
}
