package dev.driftline.cli.options;

import dev.driftline.config.keys.InputKeys;
import dev.driftline.input.DocumentRules;
import picocli.CommandLine.Option;

/** What a document may be at most, as the service limits it. Use as {@code @Mixin}. */
public final class DocumentLimits {

    @Option(
            names = "--document-max-tokens",
            paramLabel = "N",
            description =
                    "The most tokens of a document, 1 or more; one with more is malformed. Set it as document.max.tokens of the"
                            + " service is. Default: 100000.")
    private int tokens = Integer.parseInt(InputKeys.DOCUMENT_MAX_TOKENS.defaultText());

    @Option(
            names = "--token-max-bytes",
            paramLabel = "N",
            description = "The most bytes of a token, an id and a source, 1 or more; as token.max.bytes of the service."
                    + " Default: 1024.")
    private int tokenBytes = InputKeys.TOKEN_MAX_BYTES.read(InputKeys.TOKEN_MAX_BYTES.defaultText());

    /** The most tokens of a document. */
    public int tokens() {
        return tokens;
    }

    /** The most bytes of a token. */
    public int tokenBytes() {
        return tokenBytes;
    }

    /** What a document has to keep to. */
    public DocumentRules rules() {
        return new DocumentRules(tokens, tokenBytes);
    }
}
