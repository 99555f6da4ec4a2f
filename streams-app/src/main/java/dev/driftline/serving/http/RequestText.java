package dev.driftline.serving.http;

import java.util.List;

/** A text as a request gives it. A field that is a text means this on every route. */
public sealed interface RequestText {

    /** A string: raw text, which a tokenizer cuts into tokens. */
    record Raw(String text) implements RequestText {}

    /** An array of strings: tokens, {@code </s>} among them where a sentence ends. */
    record Tokens(List<String> tokens) implements RequestText {}

    /** An array of arrays of strings: sentences of tokens. */
    record Sentences(List<List<String>> sentences) implements RequestText {}
}
