package dev.driftline.neural;

import dev.driftline.scoring.DocumentTokens;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The words that a network has rows for, by index: 0 is {@code <unk>}, 1 is {@code </s>}, then words, in frequency
 * order from band to band of an adaptive softmax. Immutable.
 *
 * <p>A document starts with {@code </s>} as its context, and {@code </s>} ends every sentence.
 */
public final class NeuralVocabulary {

    /** Index for all words without a row. */
    public static final int UNKNOWN = 0;

    /** Index of the end of a sentence, which is also the context at the start of a document. */
    public static final int EOS = 1;

    private final List<String> words;
    private final Map<String, Integer> indexes;

    /**
     * @param words all words in the order of their indexes, {@code <unk>} and {@code </s>} first
     * @throws IllegalArgumentException if those two are not first or a word is repeated
     */
    public NeuralVocabulary(List<String> words) {
        this.words = List.copyOf(words);
        if (words.size() < 2
                || !words.get(UNKNOWN).equals(DocumentTokens.UNKNOWN_WORD)
                || !words.get(EOS).equals(DocumentTokens.EOS_WORD)) {
            throw new IllegalArgumentException("a vocabulary must begin with " + DocumentTokens.UNKNOWN_WORD + " and "
                    + DocumentTokens.EOS_WORD + ", not " + words.subList(0, Math.min(2, words.size())));
        }
        indexes = new HashMap<>(words.size() * 2);
        for (int index = 0; index < words.size(); index++) {
            Integer before = indexes.put(words.get(index), index);
            if (before != null) {
                throw new IllegalArgumentException(
                        "word '" + words.get(index) + "' is at " + before + " and at " + index);
            }
        }
    }

    /** How many rows there are, {@code <unk>} and {@code </s>} included. */
    public int size() {
        return words.size();
    }

    /** The index of {@code word}; {@link #UNKNOWN} if it has no row. */
    public int index(String word) {
        return indexes.getOrDefault(word, UNKNOWN);
    }

    /** The word at {@code index}. */
    public String word(int index) {
        return words.get(index);
    }

    /** All words by index. */
    public List<String> words() {
        return words;
    }

    /** The indexes of a document's tokens, {@code </s>} after each sentence. */
    public int[] encode(DocumentTokens document) {
        String[] spelled = document.words();
        int[] index = new int[spelled.length];
        index[DocumentTokens.BOS] = EOS;
        index[DocumentTokens.EOS] = EOS;
        for (int i = 2; i < spelled.length; i++) {
            index[i] = index(spelled[i]);
        }
        int[] tokens = document.tokens();
        int[] encoded = new int[tokens.length];
        for (int i = 0; i < tokens.length; i++) {
            encoded[i] = index[tokens[i]];
        }
        return encoded;
    }
}
