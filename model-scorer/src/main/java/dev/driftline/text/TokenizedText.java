package dev.driftline.text;

import java.util.List;

/**
 * Sentences of tokens with what stood in the text for each. Put together by the tokenizer's {@link Detokenizer}, the literals
 * give the text, where the tokens give its pattern.
 *
 * @param sentences the tokens
 * @param literals as many sentences of as many strings; where a token is a class, such as {@code <time>}, the time itself
 */
public record TokenizedText(List<List<String>> sentences, List<List<String>> literals) {}
