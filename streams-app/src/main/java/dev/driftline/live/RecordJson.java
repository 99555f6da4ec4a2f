package dev.driftline.live;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.avro.Schema;
import org.apache.avro.generic.IndexedRecord;
import org.jspecify.annotations.Nullable;

/**
 * Avro records as plain JSON: the names of their fields, instants as ISO-8601 text in UTC, and null for a number that is
 * not finite, which JSON cannot say.
 */
final class RecordJson {

    private static final ObjectMapper MAPPER = new ObjectMapper();

    private RecordJson() {}

    /** The fields of {@code record} in order, without those named in {@code omitted}, at any depth. */
    static Map<String, Object> of(IndexedRecord record, Set<String> omitted) {
        Map<String, Object> fields = new LinkedHashMap<>();
        for (Schema.Field field : record.getSchema().getFields()) {
            if (!omitted.contains(field.name())) {
                fields.put(field.name(), plain(record.get(field.pos()), omitted));
            }
        }
        return fields;
    }

    /** {@code value} on one line. */
    static String line(Object value) {
        try {
            return MAPPER.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("cannot be written as JSON: " + value, e);
        }
    }

    /** Heap that {@code value} takes, in bytes, about: maps, lists, text and numbers. */
    static long heapBytes(@Nullable Object value) {
        long bytes = 24;
        if (value instanceof Map<?, ?> map) {
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                bytes += 56 + heapBytes(entry.getValue());
            }
        } else if (value instanceof Iterable<?> items) {
            for (Object item : items) {
                bytes += 8 + heapBytes(item);
            }
        } else if (value instanceof CharSequence text) {
            bytes += 24 + 2L * text.length();
        }
        return bytes;
    }

    /** A number for JSON: rounded, or null where it is not finite. */
    static @Nullable Double number(double value, double steps) {
        return Double.isFinite(value) ? Math.rint(value * steps) / steps : null;
    }

    private static @Nullable Object plain(@Nullable Object value, Set<String> omitted) {
        if (value instanceof IndexedRecord record) {
            return of(record, omitted);
        }
        if (value instanceof Map<?, ?> map) {
            Map<String, Object> fields = new LinkedHashMap<>();
            map.forEach((name, item) -> fields.put(name.toString(), plain(item, omitted)));
            return fields;
        }
        if (value instanceof Iterable<?> items) {
            List<Object> list = new ArrayList<>();
            items.forEach(item -> list.add(plain(item, omitted)));
            return list;
        }
        if (value instanceof Double number) {
            return Double.isFinite(number) ? number : null;
        }
        if (value instanceof Float number) {
            return Float.isFinite(number) ? number : null;
        }
        if (value instanceof CharSequence || value instanceof Instant || value instanceof Enum<?>) {
            return value.toString();
        }
        return value;
    }
}
