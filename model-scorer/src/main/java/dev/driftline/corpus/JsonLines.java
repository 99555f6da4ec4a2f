package dev.driftline.corpus;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.driftline.text.Characters;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A document from one JSON object.
 *
 * <p>Either {@code text} (a string) or {@code sentences} (an array of arrays of tokens) is required. {@code id}
 * (string or number), {@code source}, {@code language} (of {@code text}), {@code learn} (true or false),
 * {@code published_at} (milliseconds since 1970, or ISO 8601 with a zone) and {@code attributes} (an object) are optional.
 * Any other field becomes an attribute of that name. A field that is {@code null} is as if it were not there.
 */
final class JsonLines {

    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private JsonLines() {}

    /** Says what is wrong with a line; the reader adds the file and the line. */
    static final class Malformed extends Exception {
        private static final long serialVersionUID = 1L;

        private final String reason;

        Malformed(String reason) {
            super(reason);
            this.reason = reason;
        }

        String reason() {
            return reason;
        }
    }

    /** The value on a line. */
    static JsonNode read(String line) throws Malformed {
        try {
            return MAPPER.readTree(line);
        } catch (JsonProcessingException e) {
            throw new Malformed("not a JSON object on one line: " + JsonMistake.of(e)
                    + "; a file of objects on several lines, or of one array, is read with --format json");
        }
    }

    /**
     * The document that {@code root} is.
     *
     * @param textField the field that has the text; where there is none of this name, names of fields in fields, joined by dots
     */
    static CorpusEntry document(JsonNode root, long number, String textField, String defaultId, String defaultSource)
            throws Malformed {
        if (!root.isObject()) {
            throw new Malformed("expected a JSON object, found " + kind(root)
                    + (root.isArray() ? ": an array of documents is read with --format json" : ""));
        }
        String id = defaultId;
        String source = defaultSource;
        @Nullable String text = null;
        String language = "";
        @Nullable List<List<String>> sentences = null;
        boolean learn = true;
        Optional<Instant> publishedAt = Optional.empty();
        Map<String, String> attributes = new LinkedHashMap<>();
        String outer = root.has(textField) ? "" : outer(textField);
        if (!outer.isEmpty() && root.has(outer)) {
            JsonNode inner = inside(root, textField);
            text = inner.isMissingNode() || inner.isNull() ? null : string(textField, inner);
        }
        for (Map.Entry<String, JsonNode> field : root.properties()) {
            String name = wellFormed("a field name", field.getKey());
            JsonNode value = field.getValue();
            if (name.equals(outer)) {
                continue;
            }
            if (value.isNull()) {
                // Most programs write it for what they do not have.
                continue;
            }
            if (name.equals(textField)) {
                text = string(name, value);
                continue;
            }
            switch (name) {
                case "id" -> id = value.isNumber() ? value.asText() : nonEmpty(name, value);
                case "source" -> source = value.isNumber() ? value.asText() : nonEmpty(name, value);
                case "language" -> language = string(name, value);
                case "sentences" -> sentences = sentences(value);
                case "learn" -> learn = bool(name, value);
                case "published_at" -> publishedAt = Optional.of(instant(name, value));
                case "attributes" -> attributes(value, attributes);
                default -> attributes.put(name, attribute(name, value));
            }
        }
        CorpusContent content;
        if (text != null && sentences == null) {
            content = new CorpusContent.Text(text, language);
        } else if (sentences != null && text == null) {
            content = new CorpusContent.Sentences(sentences);
        } else {
            throw new Malformed("expected either '" + textField + "' or 'sentences', found "
                    + (text == null ? "neither: --text-field names another field" : "both"));
        }
        return new CorpusEntry(id, source, content, learn, attributes, publishedAt, number);
    }

    /** The first of several names that dots join; empty where it is one. */
    private static String outer(String path) {
        int dot = path.indexOf('.');
        return dot < 0 ? "" : path.substring(0, dot);
    }

    private static JsonNode inside(JsonNode root, String path) {
        JsonNode at = root;
        for (String name : path.split("\\.", -1)) {
            at = at.path(name);
        }
        return at;
    }

    private static List<List<String>> sentences(JsonNode value) throws Malformed {
        String expected = "'sentences' must be an array of arrays of tokens; ";
        if (!value.isArray()) {
            throw new Malformed(expected + "found " + kind(value));
        }
        List<List<String>> sentences = new ArrayList<>(value.size());
        for (JsonNode sentence : value) {
            if (!sentence.isArray()) {
                throw new Malformed(expected + "found " + kind(sentence) + " for a sentence");
            }
            List<String> tokens = new ArrayList<>(sentence.size());
            for (JsonNode token : sentence) {
                if (!token.isTextual()) {
                    throw new Malformed(expected + "found " + kind(token) + " for a token");
                }
                tokens.add(token(token.textValue()));
            }
            sentences.add(tokens);
        }
        return sentences;
    }

    /** Returns {@code token} if it can be a word of a model. */
    static String token(String token) throws Malformed {
        if (token.isEmpty()) {
            throw new Malformed("a token is empty");
        }
        for (int i = 0; i < token.length(); i++) {
            // U+0080 to U+009F are allowed: text from a Windows code page is full of them, and they are harmless.
            if (token.charAt(i) < ' ' || token.charAt(i) == 0x7F) {
                throw new Malformed(String.format(
                        Locale.ROOT, "a token contains the control character U+%04X", (int) token.charAt(i)));
            }
        }
        return wellFormed("a token", token);
    }

    private static void attributes(JsonNode value, Map<String, String> into) throws Malformed {
        if (!value.isObject()) {
            throw new Malformed("'attributes' must be an object, found " + kind(value));
        }
        for (Map.Entry<String, JsonNode> attribute : value.properties()) {
            String name = wellFormed("an attribute name", attribute.getKey());
            if (!attribute.getValue().isNull()) {
                into.put(name, attribute(name, attribute.getValue()));
            }
        }
    }

    private static String attribute(String name, JsonNode value) throws Malformed {
        return wellFormed("'" + name + "'", value.isValueNode() ? value.asText() : value.toString());
    }

    private static String string(String name, JsonNode value) throws Malformed {
        if (!value.isTextual()) {
            throw new Malformed("'" + name + "' must be a string, found " + kind(value));
        }
        return wellFormed("'" + name + "'", value.textValue());
    }

    private static String nonEmpty(String name, JsonNode value) throws Malformed {
        String string = string(name, value);
        if (string.isEmpty()) {
            throw new Malformed("'" + name + "' is empty");
        }
        return string;
    }

    private static boolean bool(String name, JsonNode value) throws Malformed {
        if (!value.isBoolean()) {
            throw new Malformed("'" + name + "' must be true or false, found " + kind(value));
        }
        return value.booleanValue();
    }

    private static Instant instant(String name, JsonNode value) throws Malformed {
        try {
            if (value.isIntegralNumber() && value.canConvertToLong()) {
                return Instant.ofEpochMilli(value.longValue());
            }
            if (value.isTextual()) {
                Instant instant = OffsetDateTime.parse(value.textValue()).toInstant();
                // A record holds milliseconds: years from −292,275,055 to 292,278,994.
                return Instant.ofEpochMilli(instant.toEpochMilli());
            }
        } catch (DateTimeException | ArithmeticException e) {
            // Falls through to the one message.
        }
        throw new Malformed(
                "'" + name + "' must be milliseconds since 1970 or a time like 2026-11-23T15:45:00Z, found " + value);
    }

    private static String wellFormed(String what, String string) throws Malformed {
        int at = Characters.loneSurrogate(string);
        if (at >= 0) {
            throw new Malformed(String.format(
                    Locale.ROOT,
                    "%s has a lone surrogate \\u%04x at character %d",
                    what,
                    (int) string.charAt(at),
                    at + 1));
        }
        return string;
    }

    private static String kind(JsonNode value) {
        return value.isMissingNode()
                ? "an empty line"
                : value.getNodeType().name().toLowerCase(Locale.ROOT);
    }
}
