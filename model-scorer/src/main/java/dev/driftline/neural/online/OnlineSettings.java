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
 * @param training how a pass teaches
 * @param vocabulary which words have rows
 * @param words the words of a vocabulary that never changes, in order; empty for one that follows the text
 * @param bootstrapTokens tokens that must have gone by before the first network is made
 * @param bootstrapPasses passes over them
 * @param roundTokens tokens between rounds of fine-tuning: a round is due with the document that completes them
 * @param passes passes over the new text, and over the older text drawn beside it, of a round
 * @param replay tokens of older text in a pass as a multiple of the new ones
 * @param holdOutTokens tokens of the newest text that a round is compared on, and that are taught in the next; 0 only
 *     where every candidate is promoted
 * @param newestTokens see {@link ReplayBuffer}
 * @param reservoirTokens see {@link ReplayBuffer}
 * @param promotion when a candidate becomes active
 * @param rollbackHalfLife tokens after which a comparison of the active network with its parent weighs half
 * @param dynamic how the active network adapts to each document after it was scored, going back to its own weights when
 *     another becomes active (dynamic evaluation, Krause et al. 2018); empty where it does not. In one thread only
 * @param seed what everything random depends on
 */
public record OnlineSettings(
        Architecture architecture,
        TrainingSettings training,
        VocabularyTurnover vocabulary,
        Optional<List<String>> words,
        long bootstrapTokens,
        int bootstrapPasses,
        long roundTokens,
        int passes,
        double replay,
        long holdOutTokens,
        long newestTokens,
        long reservoirTokens,
        Promotion promotion,
        long rollbackHalfLife,
        Optional<TrainingSettings> dynamic,
        long seed) {

    public OnlineSettings {
        words = words.map(List::copyOf);
        if (bootstrapTokens < 1 || bootstrapPasses < 1 || roundTokens < 1 || passes < 1 || rollbackHalfLife < 1) {
            throw new IllegalArgumentException("bootstrap tokens and passes, round tokens, passes and the half-life of"
                    + " rollback must be at least 1");
        }
        if (!(replay >= 0) || holdOutTokens < 0) {
            throw new IllegalArgumentException(
                    "replay " + replay + " and hold-out tokens " + holdOutTokens + " must not be below 0");
        }
        if (holdOutTokens == 0 && !promotion.always()) {
            throw new IllegalArgumentException(
                    "without held-out tokens nothing can be compared: hold some out, or promote every candidate");
        }
        if (newestTokens < roundTokens + holdOutTokens) {
            throw new IllegalArgumentException("the newest " + newestTokens + " tokens must have room for a round of "
                    + roundTokens + " and the " + holdOutTokens + " held out");
        }
    }

    /** The most new tokens of a round: where text comes faster than it can be taught, rounds stay short and keep to the newest. */
    public long mostFreshTokens(boolean first) {
        return first ? Math.max(bootstrapTokens, 2 * roundTokens) : 2 * roundTokens;
    }

    /** The vocabulary of the first network. */
    NeuralVocabulary firstVocabulary(Map<String, Integer> counts) {
        return words.map(list -> VocabularyTurnover.fixed(list, vocabulary.cap()))
                .orElseGet(() -> vocabulary.first(counts));
    }

    /** The vocabulary of the network after one with {@code now}. */
    NeuralVocabulary nextVocabulary(NeuralVocabulary now, Map<String, Integer> counts) {
        return words.isPresent() ? now : vocabulary.next(now, counts);
    }
}
