package dev.driftline.terminal;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.avro.Schema;
import org.apache.avro.generic.IndexedRecord;
import org.jspecify.annotations.Nullable;

/**
 * JSON as commands print it. Avro records become plain objects: their own JSON form wraps every optional field in the name
 * of its type, which no other program expects.
 */
public final class PlainJson {

    private static final ObjectMapper MAPPER = new ObjectMapper();

    private PlainJson() {}

    /** {@code value} on one line. */
    public static String line(Object value) {
        return write(value, MAPPER::writeValueAsString);
    }

    /**
     * Reads JSON.
     *
     * @throws UncheckedIOException if the text is not JSON
     */
    public static JsonNode read(String json) {
        try {
            return MAPPER.readTree(json);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** {@code value} indented. */
    public static String pretty(Object value) {
        return write(value, MAPPER.writerWithDefaultPrettyPrinter()::writeValueAsString);
    }

    /** The fields of {@code record} in order, ready for {@link #line}; instants become ISO-8601 text in UTC. */
    public static Map<String, @Nullable Object> of(IndexedRecord record) {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        for (Schema.Field field : record.getSchema().getFields()) {
            fields.put(field.name(), plain(record.get(field.pos())));
        }
        return fields;
    }

    /** {@code value}, ready for {@link #line}: JSON has no infinity, which becomes a string, and no NaN, which becomes null. */
    public static @Nullable Object number(double value) {
        if (Double.isNaN(value)) {
            return null;
        }
        return Double.isInfinite(value) ? "Infinity" : value;
    }

    private static @Nullable Object plain(@Nullable Object value) {
        if (value instanceof IndexedRecord record) {
            return of(record);
        }
        if (value instanceof Map<?, ?> map) {
            return map.entrySet().stream()
                    .collect(Collectors.toMap(
                            entry -> entry.getKey().toString(),
                            entry -> plain(entry.getValue()),
                            (a, b) -> a,
                            LinkedHashMap::new));
        }
        if (value instanceof Iterable<?> items) {
            List<Object> list = new ArrayList<>();
            items.forEach(item -> list.add(plain(item)));
            return list;
        }
        if (value instanceof CharSequence || value instanceof Instant || value instanceof Enum<?>) {
            return value.toString();
        }
        return value;
    }

    private interface Writer {
        String write(Object value) throws JsonProcessingException;
    }

    private static String write(Object value, Writer writer) {
        try {
            return writer.write(value);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }
}
