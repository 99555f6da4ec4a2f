package dev.driftline.neural.online;

import dev.driftline.neural.Architecture;
import dev.driftline.neural.NeuralVocabulary;
import dev.driftline.neural.training.TrainingSettings;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How a network learns from a stream. Immutable.
 *
 * @param architecture its shape
 * @param training how a pass trains it
 * @param vocabulary which words have rows
 * @param bootstrap how the first network is made
 * @param rounds when a round of fine-tuning is due and what is in it
 * @param buffer how much text is kept for rounds
 * @param promotion when a candidate becomes active
 * @param rollbackHalfLife tokens after which a comparison of the active network with its parent weighs half
 * @param dynamic how the active network adapts to each document after it was scored, going back to its own weights when
 *     another becomes active (dynamic evaluation, Krause et al. 2018); empty where it does not. In one thread only
 * @param seed what everything random depends on
 * @param tokenizer of the text, for the manifests of snapshots: a name that {@link dev.driftline.text.Tokenizers} knows
 */
public record OnlineSettings(
        Architecture architecture,
        TrainingSettings training,
        Vocabulary vocabulary,
        Bootstrap bootstrap,
        Rounds rounds,
        Buffer buffer,
        Promotion promotion,
        long rollbackHalfLife,
        Optional<TrainingSettings> dynamic,
        long seed,
        String tokenizer) {

    /**
     * Which words have rows.
     *
     * @param turnover how rows follow the text
     * @param fixed the words of a vocabulary that never changes, in order; empty for one that follows the text
     */
    public record Vocabulary(VocabularyTurnover turnover, Optional<List<String>> fixed) {

        public Vocabulary {
            fixed = fixed.map(List::copyOf);
        }

        /** The vocabulary of the first network. */
        NeuralVocabulary first(Map<String, Integer> counts) {
            return fixed.map(list -> VocabularyTurnover.fixed(list, turnover.cap()))
                    .orElseGet(() -> turnover.first(counts));
        }

        /** The vocabulary of the network after one with {@code now}. */
        NeuralVocabulary next(NeuralVocabulary now, Map<String, Integer> counts) {
            return fixed.isPresent() ? now : turnover.next(now, counts);
        }
    }

    /**
     * How the first network is made.
     *
     * @param tokens the least tokens that the stream must have had
     * @param passes passes over them
     */
    public record Bootstrap(long tokens, int passes) {

        /** @throws IllegalArgumentException if a value is out of its range */
        public Bootstrap {
            if (tokens < 1 || passes < 1) {
                throw new IllegalArgumentException(
                        "bootstrap tokens and passes must be at least 1, not " + tokens + " and " + passes);
            }
        }
    }

    /**
     * When a round of fine-tuning is due and what is in it.
     *
     * @param tokens tokens since the previous round; a round is due with the document that completes them
     * @param passes passes over the new text, and over the older text drawn beside it
     * @param replay tokens of older text in a pass as a multiple of the new ones
     * @param holdOutTokens tokens of the newest text on which candidate and incumbent are compared, and which the next round
     *     trains on; 0 only where every candidate is promoted
     */
    public record Rounds(long tokens, int passes, double replay, long holdOutTokens) {

        /** @throws IllegalArgumentException if a value is out of its range */
        public Rounds {
            if (tokens < 1 || passes < 1) {
                throw new IllegalArgumentException(
                        "round tokens and passes must be at least 1, not " + tokens + " and " + passes);
            }
            if (!(replay >= 0) || holdOutTokens < 0) {
                throw new IllegalArgumentException(
                        "replay and hold-out tokens must not be negative, not " + replay + " and " + holdOutTokens);
            }
        }
    }

    /**
     * How much text {@link ReplayBuffer} keeps.
     *
     * @param newestTokens tokens of the newest documents
     * @param reservoirTokens tokens of a sample of all older documents
     */
    public record Buffer(long newestTokens, long reservoirTokens) {}

    /** @throws IllegalArgumentException if a value is out of its range */
    public OnlineSettings {
        if (rollbackHalfLife < 1) {
            throw new IllegalArgumentException(
                    "the half-life of a comparison for rollback must be at least 1 token, not " + rollbackHalfLife);
        }
        if (rounds.holdOutTokens() == 0 && !promotion.always()) {
            throw new IllegalArgumentException(
                    "without held-out tokens nothing can be compared: hold some out, or promote every candidate");
        }
        if (buffer.newestTokens() < rounds.tokens() + rounds.holdOutTokens()) {
            throw new IllegalArgumentException("the newest " + buffer.newestTokens()
                    + " tokens must have room for a round of " + rounds.tokens() + " and the " + rounds.holdOutTokens()
                    + " held out");
        }
    }

    /** The same, but every candidate is promoted without a comparison, and nothing is held out. */
    public OnlineSettings withoutHoldOut() {
        Rounds all = new Rounds(rounds.tokens(), rounds.passes(), rounds.replay(), 0);
        return new OnlineSettings(
                architecture,
                training,
                vocabulary,
                bootstrap,
                all,
                buffer,
                Promotion.ALWAYS,
                rollbackHalfLife,
                dynamic,
                seed,
                tokenizer);
    }

    /**
     * The most new tokens of a round. Where text comes faster than a network can be trained on it, rounds stay short and
     * keep to the newest text.
     */
    public long mostFreshTokens(boolean first) {
        return first ? Math.max(bootstrap.tokens(), 2 * rounds.tokens()) : 2 * rounds.tokens();
    }
}
