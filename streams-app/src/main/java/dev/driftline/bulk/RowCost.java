package dev.driftline.bulk;

import java.util.List;
import java.util.Optional;

/**
 * What a row cost.
 *
 * @param total of the whole row; nothing where there is a problem
 * @param parts of each part, where asked for
 * @param problem why it has no score; empty where it has one
 */
record RowCost(Cost total, List<Cost> parts, Optional<String> problem) {

    private static final Cost NOTHING = new Cost(0, 0, 0);

    /**
     * A cost.
     *
     * @param tokens tokens, {@code </s>} included
     * @param unknown how many of them were unknown
     * @param bits −log2 p
     */
    record Cost(int tokens, int unknown, double bits) {

        /** Bits a token. */
        double bitsPerToken() {
            return bits / tokens;
        }

        double perplexity() {
            return Math.pow(2, bitsPerToken());
        }

        double unknownRate() {
            return (double) unknown / tokens;
        }
    }

    static RowCost of(Cost total, List<Cost> parts) {
        return new RowCost(total, parts, Optional.empty());
    }

    static RowCost problem(String reason) {
        return new RowCost(NOTHING, List.of(), Optional.of(reason));
    }
}
