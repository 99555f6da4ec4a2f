package dev.driftline.neural;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** The kinds of networks: how the tokens before a position become the vector that predicts the next one. */
public enum Cell {
    /** Vanilla recurrent network, h = tanh(W x + U h + b). */
    RNN,
    /** Gated recurrent unit (Cho et al. 2014), in PyTorch's variant and gate order: reset, update, new. */
    GRU,
    /** Long short-term memory (Hochreiter and Schmidhuber 1997), in PyTorch's gate order: input, forget, cell, output. */
    LSTM,
    /** Feed-forward over the embeddings of a fixed window of tokens (Bengio et al. 2003): no state. */
    WINDOW;

    /** The name on the command line, in configuration, manifests and records: {@code lstm}. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** @throws IllegalArgumentException if {@code label} is unknown; the message lists the known ones */
    public static Cell named(String label) {
        return Arrays.stream(values())
                .filter(cell -> cell.label().equals(label))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no network is called '" + label + "', expected one of "
                        + Arrays.stream(values()).map(Cell::label).collect(Collectors.joining(", "))));
    }

    /** How many gates a recurrent cell has: rows of a weight matrix are gates × hidden. */
    public int gates() {
        return switch (this) {
            case GRU -> 3;
            case LSTM -> 4;
            default -> 1;
        };
    }
}
