package dev.driftline.filter;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import dev.driftline.corpus.JsonMistake;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A JSON tree whose nodes carry line numbers, for error messages. Comments are allowed.
 *
 * <p>Jackson's own tree forgets where a node was read. A tree of five records is less than what it would take to look a
 * place up again.
 */
sealed interface LocatedJson {

    /** The line where it begins, from 1. */
    int line();

    /** An object. */
    record Fields(int line, Map<String, LocatedJson> values) implements LocatedJson {}

    /** An array. */
    record Items(int line, List<LocatedJson> values) implements LocatedJson {}

    /** A string. */
    record Text(int line, String value) implements LocatedJson {}

    /** A number, as it is written. */
    record Number(int line, String value) implements LocatedJson {}

    /** true, false or null. */
    record Other(int line, String value) implements LocatedJson {}

    /**
     * Reads {@code json}, which must hold one value and nothing else.
     *
     * @throws InvalidRulesException with the line, if it is not valid JSON
     */
    static LocatedJson read(String file, String json) {
        JsonFactory factory = JsonFactory.builder()
                .enable(JsonReadFeature.ALLOW_JAVA_COMMENTS)
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .streamReadConstraints(
                        StreamReadConstraints.builder().maxNestingDepth(20).build())
                .build();
        try (JsonParser parser = factory.createParser(json)) {
            if (parser.nextToken() == null) {
                throw new InvalidRulesException(List.of(file + ": is empty: write {\"rules\": [ … ]}"));
            }
            LocatedJson value = value(parser);
            if (parser.nextToken() != null) {
                throw new InvalidRulesException(List.of(file + ", line "
                        + parser.currentTokenLocation().getLineNr() + ": more text after the last brace: remove it"));
            }
            return value;
        } catch (JsonProcessingException e) {
            String line = e.getLocation() == null
                    ? ""
                    : ", line " + e.getLocation().getLineNr() + ", column "
                            + e.getLocation().getColumnNr();
            throw new InvalidRulesException(List.of(file + line + ": not JSON: " + JsonMistake.of(e)));
        } catch (IOException e) {
            throw new IllegalStateException("a string cannot be read", e);
        }
    }

    private static LocatedJson value(JsonParser parser) throws IOException {
        int line = parser.currentTokenLocation().getLineNr();
        switch (parser.currentToken()) {
            case START_OBJECT -> {
                Map<String, LocatedJson> values = new LinkedHashMap<>();
                while (parser.nextToken() == JsonToken.FIELD_NAME) {
                    String name = parser.currentName();
                    parser.nextToken();
                    values.put(name, value(parser));
                }
                return new Fields(line, values);
            }
            case START_ARRAY -> {
                List<LocatedJson> values = new ArrayList<>();
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    values.add(value(parser));
                }
                return new Items(line, values);
            }
            case VALUE_STRING -> {
                return new Text(line, parser.getText());
            }
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> {
                return new Number(line, parser.getText());
            }
            default -> {
                return new Other(line, parser.getText());
            }
        }
    }
}
