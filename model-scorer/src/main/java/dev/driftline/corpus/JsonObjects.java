package dev.driftline.corpus;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/** The values of a JSON file one after the other: those of one array, or values that follow each other. One thread. */
final class JsonObjects implements AutoCloseable {

    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    private final JsonParser parser;
    private long line = 1;
    private boolean begun;
    private boolean inArray;

    JsonObjects(InputStream text) throws IOException {
        parser = MAPPER.createParser(text);
    }

    /** The line that the last value began on, or where the file stops being JSON, from 1. */
    long line() {
        return line;
    }

    /**
     * The next value; null after the last.
     *
     * @throws JsonLines.Malformed if the file is not JSON from here on: nothing more can be read
     */
    @Nullable
    JsonNode next() throws IOException, JsonLines.Malformed {
        try {
            JsonToken token = parser.nextToken();
            if (!begun && token == JsonToken.START_ARRAY) {
                inArray = true;
                token = parser.nextToken();
            }
            begun = true;
            if (inArray && token == JsonToken.END_ARRAY) {
                JsonToken more = parser.nextToken();
                if (more != null) {
                    line = parser.currentTokenLocation().getLineNr();
                    throw new JsonLines.Malformed("text follows the end of the array");
                }
                return null;
            }
            if (token == null) {
                return null;
            }
            line = parser.currentTokenLocation().getLineNr();
            return MAPPER.readTree(parser);
        } catch (JsonProcessingException e) {
            JsonLocation at = e.getLocation();
            line = at == null ? line : at.getLineNr();
            throw new JsonLines.Malformed("not JSON: " + JsonMistake.of(e));
        }
    }

    @Override
    public void close() throws IOException {
        parser.close();
    }
}
