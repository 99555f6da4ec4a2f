package dev.driftline.config.keys;

import dev.driftline.text.Tokenizers;

/** The tokenizer, and input limits; records that exceed one become dead letters. */
public final class InputKeys {

    static final KeyGroup GROUP = new KeyGroup("Input and its limits");

    public static final ConfigKey<String> TOKENIZER = GROUP.text(
            "tokenizer",
            Tokenizers.DEFAULT,
            Tokenizers.GRAMMAR,
            "How raw text is split into sentences and tokens. whitespace: a line is a sentence, and spaces "
                    + "separate tokens. words: Unicode sentence and word breaks, with a dictionary for Chinese and "
                    + "Japanese. characters: each character is a token. log: lines of logs, with one token for all times, numbers, "
                    + "addresses and paths. subword:FILE: a BPE, Unigram or WordPiece model, a tokenizer.json of Hugging Face or a .model of SentencePiece. "
                    + "The steps change the text first: nfc or nfkc, so that what looks like one word is one; lower case; 0 for "
                    + "each digit; no accents. docs/tokenizers.md says more. A state keeps its tokenizer.",
            InputKeys::recorded);

    public static final ConfigKey<Integer> DOCUMENT_MAX_TOKENS = GROUP.whole(
            "document.max.tokens",
            "100000",
            1,
            1_000_000,
            "Maximum tokens per document, </s> included. A document with more becomes a dead letter.");

    public static final ConfigKey<Integer> DOCUMENT_MAX_BYTES = GROUP.smallByteSize(
            "document.max.bytes",
            "4194304",
            KeyGroup.KIB,
            64 * KeyGroup.MIB,
            "Maximum bytes of a record's value, as stored in the topic. A larger record becomes a dead letter, or "
                    + "the broker rejects it if it exceeds the topic's max.message.bytes.");

    public static final ConfigKey<Integer> TOKEN_MAX_BYTES = GROUP.smallByteSize(
            "token.max.bytes",
            "1024",
            1,
            64 * KeyGroup.KIB,
            "Maximum UTF-8 bytes per token. A document with a longer token becomes a dead letter.");

    private InputKeys() {}

    private static String recorded(String name) {
        try {
            return Tokenizers.recorded(name);
        } catch (IllegalArgumentException e) {
            throw new ReasonedException(String.valueOf(e.getMessage()), e);
        }
    }
}
