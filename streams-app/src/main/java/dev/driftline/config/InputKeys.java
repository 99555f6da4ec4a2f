package dev.driftline.config;

import dev.driftline.text.Tokenizers;

/** How text becomes tokens, and the limits past which a record is a dead letter. */
public final class InputKeys {

    static final KeyGroup GROUP = new KeyGroup("Input and its limits");

    public static final ConfigKey<String> TOKENIZER = GROUP.oneOf(
            "tokenizer",
            Tokenizers.DEFAULT,
            "How raw text becomes sentences of tokens. whitespace: a line is a sentence, tokens are what spaces separate. "
                    + "words: Unicode sentence and word breaks, Chinese and Japanese by dictionary. characters: each "
                    + "character is a token.",
            Tokenizers.names());

    public static final ConfigKey<Integer> DOCUMENT_MAX_TOKENS = GROUP.whole(
            "document.max.tokens",
            "100000",
            1,
            1_000_000,
            "Most tokens of a document, </s> included. A larger one becomes a dead letter.");

    public static final ConfigKey<Integer> DOCUMENT_MAX_BYTES = GROUP.smallByteSize(
            "document.max.bytes",
            "4194304",
            KeyGroup.KIB,
            64 * KeyGroup.MIB,
            "Most bytes of a record's value, as it is in the topic. A larger one becomes a dead letter, or is refused by the "
                    + "broker if it is past the topic's max.message.bytes.");

    public static final ConfigKey<Integer> TOKEN_MAX_BYTES = GROUP.smallByteSize(
            "token.max.bytes",
            "1024",
            1,
            64 * KeyGroup.KIB,
            "Most UTF-8 bytes of a token. A document with a longer one becomes a dead letter.");

    private InputKeys() {}
}
