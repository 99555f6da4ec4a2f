package dev.driftline.live;

import dev.driftline.scoring.DocumentTokens;
import dev.driftline.text.Tokenizer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The words of a document.
 *
 * @param words the tokens in order, each sentence ended by {@code </s>}; empty where they could not be had
 * @param literals as long, what stood in the text for a token such as {@code <time>}, null for the others; empty if no token stands
 *     for something else
 * @param problem why they could not be had; empty where they could
 */
record DocumentText(List<String> words, List<@Nullable String> literals, String problem) {

    static DocumentText missing(String problem) {
        return new DocumentText(List.of(), List.of(), problem);
    }

    /** @param most the most words */
    static DocumentText of(Tokenizer.Cut cut, int most) {
        List<String> words = new ArrayList<>();
        for (List<String> sentence : cut.sentences()) {
            for (String word : sentence) {
                if (words.size() < most) {
                    words.add(word);
                }
            }
            if (words.size() < most) {
                words.add(DocumentTokens.EOS_WORD);
            }
        }
        List<@Nullable String> literals = cut.replaced();
        return new DocumentText(
                words,
                literals.size() > words.size() ? new ArrayList<>(literals.subList(0, words.size())) : literals,
                "");
    }

    /** Heap that it takes, in bytes, about. */
    long heapBytes() {
        return RecordJson.heapBytes(words) + RecordJson.heapBytes(literals);
    }
}
