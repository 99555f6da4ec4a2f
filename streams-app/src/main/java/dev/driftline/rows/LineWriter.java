package dev.driftline.rows;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.StringWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Writes rows that were lines. A JSON object stays as it was to the last byte, and gets its new fields before its closing brace;
 * a row of TSV gets columns; text and what is no JSON object becomes an object. Bare rows stay as they were.
 */
final class LineWriter implements RowWriter {

    private static final JsonFactory JSON = new JsonFactory();

    private final RowFormat format;
    private final List<Column> columns;
    private final Set<String> added = new HashSet<>();
    private final boolean isBare;
    private final Writer out;

    /** @param head the first line of names of a TSV file; empty where it has none */
    LineWriter(OutputStream out, RowFormat format, List<Column> columns, boolean isBare, Optional<String> head)
            throws IOException {
        this.out = new BufferedWriter(new OutputStreamWriter(out, StandardCharsets.UTF_8), 1 << 16);
        this.format = format;
        this.columns = columns;
        this.isBare = isBare;
        columns.forEach(column -> added.add(column.name()));
        if (head.isPresent()) {
            StringBuilder names = new StringBuilder(head.get());
            if (!isBare) {
                List<String> there = List.of(head.get().split("\t", -1));
                for (Column column : columns) {
                    if (there.contains(column.name())) {
                        throw new RowConflictException(column.name(), "the first line");
                    }
                    names.append('\t').append(column.name());
                }
            }
            this.out.write(names.append('\n').toString());
        }
    }

    @Override
    public void write(Row row, @Nullable Object[] values) throws IOException {
        if (!(row instanceof Row.Line line)) {
            throw new IllegalArgumentException("a row of Parquet cannot be written as a line");
        }
        if (isBare) {
            out.write(line.line());
        } else if (format == RowFormat.TSV) {
            tsv(line, values);
        } else {
            json(line, values);
        }
        out.write('\n');
    }

    private void tsv(Row.Line line, @Nullable Object[] values) throws IOException {
        out.write(line.line());
        for (int i = 0; i < values.length; i++) {
            out.write('\t');
            Object value = values[i];
            if (value instanceof List<?> parts) {
                StringWriter text = new StringWriter();
                try (JsonGenerator json = JSON.createGenerator(text)) {
                    list(json, columns.get(i), parts);
                }
                out.write(text.toString());
            } else if (value != null) {
                out.write(value.toString().replace('\t', ' ').replace('\n', ' '));
            }
        }
    }

    private void json(Row.Line line, @Nullable Object[] values) throws IOException {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(text)) {
            json.writeStartObject();
            if (!line.isObject()) {
                json.writeStringField(format == RowFormat.JSONL ? "line" : RowFields.TEXT, line.line());
            }
            for (int i = 0; i < values.length; i++) {
                if (values[i] != null) {
                    json.writeFieldName(columns.get(i).name());
                    value(json, columns.get(i), values[i]);
                }
            }
            json.writeEndObject();
        }
        String fields = text.toString();
        if (!line.isObject()) {
            out.write(fields);
            return;
        }
        String object = line.line();
        boolean isEmpty = requireNoConflict(object, line);
        if (fields.length() == 2) {
            out.write(object);
            return;
        }
        out.write(object, 0, object.lastIndexOf('}'));
        if (!isEmpty) {
            out.write(',');
        }
        out.write(fields, 1, fields.length() - 1);
    }

    /** Whether the object has no field. */
    private boolean requireNoConflict(String object, Row.Line line) throws IOException {
        boolean isEmpty = true;
        try (JsonParser parser = JSON.createParser(object)) {
            parser.nextToken();
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                isEmpty = false;
                if (added.contains(parser.currentName())) {
                    throw new RowConflictException(
                            parser.currentName(), "row " + line.number() + " (" + line.id() + ")");
                }
                parser.nextToken();
                parser.skipChildren();
            }
        }
        return isEmpty;
    }

    private static void value(JsonGenerator json, Column column, @Nullable Object value) throws IOException {
        if (value instanceof Double number) {
            // JSON has no infinity.
            if (number.isInfinite() || number.isNaN()) {
                json.writeString(number.toString());
            } else {
                json.writeNumber(number);
            }
        } else if (value instanceof Long number) {
            json.writeNumber(number);
        } else if (value instanceof List<?> parts) {
            list(json, column, parts);
        } else {
            json.writeString(String.valueOf(value));
        }
    }

    private static void list(JsonGenerator json, Column column, List<?> parts) throws IOException {
        json.writeStartArray();
        for (Object part : parts) {
            @Nullable Object[] values = (@Nullable Object[]) part;
            json.writeStartObject();
            for (int i = 0; i < values.length; i++) {
                if (values[i] != null) {
                    json.writeFieldName(column.parts().get(i).name());
                    value(json, column.parts().get(i), values[i]);
                }
            }
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    @Override
    public void close() throws IOException {
        out.close();
    }
}
