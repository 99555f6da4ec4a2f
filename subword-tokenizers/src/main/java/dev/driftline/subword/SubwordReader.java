package dev.driftline.subword;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.driftline.text.SubwordModel;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.regex.Pattern;

/** Reads a {@code tokenizer.json} of Hugging Face, or a model of SentencePiece: which of them it is, the bytes say. Thread-safe. */
public final class SubwordReader implements SubwordModel.Reader {

    private static final JsonMapper JSON = new JsonMapper();

    /** The tag of the first piece. */
    private static final byte FIRST_OF_PROTOBUF = 0x0A;

    /** A line of a file of tiktoken: a token in Base64 and its rank. */
    private static final Pattern RANK = Pattern.compile("[A-Za-z0-9+/]+={0,2} \\d+\\R[\\s\\S]*");

    @Override
    public SubwordModel read(byte[] file) {
        JsonNode json = json(file);
        if (json.path("model").isObject()) {
            return new HuggingFaceReader().read(file, json);
        }
        if (!json.isObject() && file.length > 0 && file[0] == FIRST_OF_PROTOBUF) {
            return sentencePiece(file);
        }
        String beginning = new String(file, 0, Math.min(file.length, 256), StandardCharsets.ISO_8859_1);
        throw new IllegalArgumentException(
                RANK.matcher(beginning).matches()
                        ? "it is a list of ranks for tiktoken: name the tokenizer.json of the same model, which is beside it"
                        : "it is neither a tokenizer.json nor a model of SentencePiece: convert a vocab.json or a vocab.txt with"
                                + " transformers' AutoTokenizer.from_pretrained(FOLDER).save_pretrained(OTHER), and name the"
                                + " tokenizer.json there");
    }

    /**
     * What is needed of the file: its merges alone, half a million pairs of strings, would take ten times their bytes on the
     * heap, and only the library needs them.
     */
    private static JsonNode json(byte[] file) {
        try (JsonParser parser = JSON.createParser(file)) {
            return parser.nextToken() == JsonToken.START_OBJECT
                    ? object(parser, Set.of("model", "added_tokens"))
                    : MissingNode.getInstance();
        } catch (IOException e) {
            return MissingNode.getInstance();
        }
    }

    /** @param kept the fields to read; the others are passed over */
    private static JsonNode object(JsonParser parser, Set<String> kept) throws IOException {
        ObjectNode read = JSON.createObjectNode();
        for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
            JsonToken value = parser.nextToken();
            if (!kept.contains(name)) {
                parser.skipChildren();
            } else if (name.equals("model") && value == JsonToken.START_OBJECT) {
                read.set(name, object(parser, Set.of("vocab")));
            } else {
                read.set(name, JSON.<JsonNode>readTree(parser));
            }
        }
        return read;
    }

    private static SubwordModel sentencePiece(byte[] file) {
        try {
            return new SentencePieceModel(SentencePieceFile.of(file));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "as a model of SentencePiece it is broken: " + e.getMessage() + ": copy it again from its source",
                    e);
        }
    }
}
