package dev.driftline.serving.query;

import dev.driftline.prefix.WordPrefix;
import dev.driftline.scoring.DocumentTokens;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What comes next?
 *
 * @param sentences the document so far, its last sentence taken as still open; never empty
 * @param choice which model is asked
 * @param source whose caches and weights the mixture uses; empty for a new source
 * @param k how many words to list, 1 or more
 * @param prefix what the words begin with that are listed
 */
public record NextWordsQuery(
        List<List<String>> sentences, ModelChoice choice, Optional<String> source, int k, WordPrefix prefix) {

    public NextWordsQuery {
        sentences = sentences.isEmpty() ? List.of(List.of()) : List.copyOf(sentences);
    }

    /** Any words. */
    public NextWordsQuery(List<List<String>> sentences, ModelChoice choice, Optional<String> source, int k) {
        this(sentences, choice, source, k, WordPrefix.NONE);
    }

    /** Words as sentences: each {@code </s>} ends one; the last sentence stays open and may be empty. */
    public static List<List<String>> open(List<String> words) {
        List<List<String>> sentences = new ArrayList<>();
        List<String> sentence = new ArrayList<>();
        for (String word : words) {
            if (word.equals(DocumentTokens.EOS_WORD)) {
                sentences.add(sentence);
                sentence = new ArrayList<>();
            } else {
                sentence.add(word);
            }
        }
        sentences.add(sentence);
        return sentences;
    }

    /** The words of all sentences, with {@code </s>} between two. */
    List<String> words() {
        return flat(sentences);
    }

    /** The words of sentences, at least one, with {@code </s>} between two: what {@link #open} takes apart. */
    public static List<String> flat(List<List<String>> sentences) {
        List<String> words = new ArrayList<>(sentences.get(0));
        for (List<String> sentence : sentences.subList(1, sentences.size())) {
            words.add(DocumentTokens.EOS_WORD);
            words.addAll(sentence);
        }
        return words;
    }

    /** The open sentence. */
    public List<String> openSentence() {
        return sentences.get(sentences.size() - 1);
    }
}
