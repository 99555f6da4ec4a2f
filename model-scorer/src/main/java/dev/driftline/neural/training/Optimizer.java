package dev.driftline.neural.training;

import java.util.Arrays;
import java.util.Locale;

/** How a gradient changes the weights. */
public enum Optimizer {
    /** w ← w − η·g. */
    SGD,
    /** Adam (Kingma and Ba 2015), β 0.9 and 0.999, ε 1e-8, as PyTorch's. */
    ADAM,
    /** RMS with decay to the parent's weights: the rule of dynamic evaluation (Krause et al. 2018). */
    RMS_DECAY;

    /** The name on the command line and in manifests: {@code rms-decay}. */
    public String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** @throws IllegalArgumentException if {@code label} is unknown; the message lists the known ones */
    public static Optimizer named(String label) {
        return Arrays.stream(values())
                .filter(optimizer -> optimizer.label().equals(label))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "no optimizer is called '" + label + "', expected one of sgd, adam, rms-decay"));
    }
}
