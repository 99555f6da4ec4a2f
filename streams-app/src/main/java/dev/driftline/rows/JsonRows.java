package dev.driftline.rows;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.driftline.corpus.CorpusContent;
import dev.driftline.corpus.JsonMistake;
import dev.driftline.text.Characters;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;

/** What a line of JSON says of itself: its text, its id and its source. Not thread-safe. */
final class JsonRows {

    static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private final RowFields fields;

    JsonRows(RowFields fields) {
        this.fields = fields;
    }

    Row.Line row(long number, String line, String defaultId, String defaultSource) {
        JsonNode root;
        try {
            root = MAPPER.readTree(line);
        } catch (JsonProcessingException e) {
            return bad(number, line, defaultId, defaultSource, false, "not a JSON object: " + JsonMistake.of(e));
        }
        if (!root.isObject()) {
            String kind = root.isMissingNode()
                    ? "an empty line"
                    : root.getNodeType().name().toLowerCase(Locale.ROOT);
            return bad(number, line, defaultId, defaultSource, false, "expected a JSON object, found " + kind);
        }
        String id = value(root.path(fields.id()), defaultId);
        String source = value(root.path(RowFields.SOURCE), defaultSource);
        JsonNode text = find(root, fields.textName());
        if (text.isTextual()) {
            return text(number, line, id, source, text.textValue(), root.path("language"));
        }
        if (text.isMissingNode() && fields.text().isEmpty() && root.has("sentences")) {
            return sentences(number, line, id, source, root.get("sentences"));
        }
        String found = text.isMissingNode()
                ? "has no field '" + fields.textName() + "': --text-field names another"
                : "'" + fields.textName() + "' must be a string, found "
                        + text.getNodeType().name().toLowerCase(Locale.ROOT);
        return bad(number, line, id, source, true, found);
    }

    private static Row.Line text(long number, String line, String id, String source, String text, JsonNode language) {
        int lone = Characters.loneSurrogate(text);
        if (lone >= 0) {
            return bad(
                    number, line, id, source, true, "the text has half of a surrogate pair at character " + (lone + 1));
        }
        CorpusContent content = new CorpusContent.Text(text, language.isTextual() ? language.textValue() : "");
        return new Row.Line(number, id, source, Optional.of(content), Optional.empty(), line, true);
    }

    private static Row.Line sentences(long number, String line, String id, String source, JsonNode given) {
        List<List<String>> sentences = new ArrayList<>();
        boolean wellFormed = given.isArray();
        for (JsonNode sentence : given) {
            List<String> tokens = new ArrayList<>();
            wellFormed &= sentence.isArray();
            for (JsonNode token : sentence) {
                wellFormed &= token.isTextual();
                tokens.add(token.asText());
            }
            sentences.add(tokens);
        }
        return wellFormed
                ? new Row.Line(
                        number,
                        id,
                        source,
                        Optional.of(new CorpusContent.Sentences(sentences)),
                        Optional.empty(),
                        line,
                        true)
                : bad(number, line, id, source, true, "'sentences' must be an array of arrays of tokens");
    }

    private static Row.Line bad(long number, String line, String id, String source, boolean isObject, String problem) {
        return new Row.Line(number, id, source, Optional.empty(), Optional.of(problem), line, isObject);
    }

    /** A field, or one inside others where the name has dots; a field of the whole name wins. */
    static JsonNode find(JsonNode root, String name) {
        JsonNode whole = root.path(name);
        if (!whole.isMissingNode() || name.indexOf('.') < 0) {
            return whole;
        }
        JsonNode at = root;
        for (String step : name.split("\\.", -1)) {
            at = at.path(step);
        }
        return at;
    }

    /** The number in a field of an object. */
    static OptionalDouble number(String line, String field) {
        try {
            JsonNode value = MAPPER.readTree(line).path(field);
            if (value.isNumber()) {
                return OptionalDouble.of(value.doubleValue());
            }
            return value.asText().equals("Infinity")
                    ? OptionalDouble.of(Double.POSITIVE_INFINITY)
                    : OptionalDouble.empty();
        } catch (JsonProcessingException e) {
            return OptionalDouble.empty();
        }
    }

    private static String value(JsonNode node, String otherwise) {
        String text = node.isTextual() || node.isNumber() ? node.asText() : "";
        return text.isEmpty() ? otherwise : text;
    }
}
