package dev.driftline.live;

import java.util.List;

/**
 * The words of a document.
 *
 * @param words the tokens in order, each sentence ended by {@code </s>}; empty where they could not be had
 * @param problem why they could not be had; empty where they could
 */
record DocumentText(List<String> words, String problem) {

    static DocumentText missing(String problem) {
        return new DocumentText(List.of(), problem);
    }
}
