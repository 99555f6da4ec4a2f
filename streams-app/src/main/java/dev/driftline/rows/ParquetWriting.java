package dev.driftline.rows;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroup;
import org.apache.parquet.hadoop.ParquetFileWriter;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.io.LocalOutputFile;
import org.apache.parquet.schema.GroupType;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Type;
import org.apache.parquet.schema.Types;
import org.jspecify.annotations.Nullable;

/** Writes rows of a Parquet file with its schema and codec, and optional columns after those that it has. */
final class ParquetWriting implements RowWriter {

    private static final long ROW_GROUP_BYTES = 64L << 20;

    private final MessageType schema;
    private final List<Column> columns;
    private final int before;
    private final ParquetWriter<Group> out;

    /** @param columns those to add; none where the rows stay as they were */
    ParquetWriting(Path file, ParquetRows rows, List<Column> columns) throws IOException {
        this.columns = columns;
        before = rows.schema().getFieldCount();
        schema = schema(rows, columns);
        out = ExampleParquetWriter.builder(new LocalOutputFile(file))
                .withConf(new PlainParquetConfiguration())
                .withType(schema)
                .withWriteMode(ParquetFileWriter.Mode.OVERWRITE)
                .withCodecFactory(new PageCodecs())
                .withCompressionCodec(rows.codec())
                .withRowGroupSize(ROW_GROUP_BYTES)
                .withExtraMetaData(rows.notes())
                .build();
    }

    /** The schema of the file with the columns behind its own. */
    static MessageType schema(ParquetRows rows, List<Column> columns) {
        List<Type> types = new ArrayList<>(rows.schema().getFields());
        for (Column column : columns) {
            if (rows.schema().containsField(column.name())) {
                throw new RowConflictException(column.name(), "the Parquet file");
            }
            types.add(type(column, Type.Repetition.OPTIONAL));
        }
        return new MessageType(rows.schema().getName(), types);
    }

    private static Type type(Column column, Type.Repetition repetition) {
        return switch (column.kind()) {
            case NUMBER -> Types.primitive(PrimitiveTypeName.DOUBLE, repetition).named(column.name());
            case COUNT -> Types.primitive(PrimitiveTypeName.INT64, repetition).named(column.name());
            case TEXT ->
                Types.primitive(PrimitiveTypeName.BINARY, repetition)
                        .as(LogicalTypeAnnotation.stringType())
                        .named(column.name());
            case LIST -> {
                List<Type> parts = column.parts().stream()
                        .map(part -> type(part, Type.Repetition.OPTIONAL))
                        .toList();
                GroupType element = new GroupType(Type.Repetition.REQUIRED, "element", parts);
                yield Types.buildGroup(repetition)
                        .as(LogicalTypeAnnotation.listType())
                        .addField(new GroupType(Type.Repetition.REPEATED, "list", element))
                        .named(column.name());
            }
        };
    }

    @Override
    public void write(Row row, @Nullable Object[] values) throws IOException {
        if (!(row instanceof Row.Record record)) {
            throw new IllegalArgumentException("a line cannot be written as a row of Parquet");
        }
        Group wide = new SimpleGroup(schema);
        for (int field = 0; field < before; field++) {
            copy(record.group(), wide, field);
        }
        for (int i = 0; i < columns.size(); i++) {
            add(wide, before + i, columns.get(i), values[i]);
        }
        out.write(wide);
    }

    private static void add(Group group, int field, Column column, @Nullable Object value) {
        if (value instanceof Double number) {
            group.add(field, number.doubleValue());
        } else if (value instanceof Long number) {
            group.add(field, number.longValue());
        } else if (value instanceof String text) {
            group.add(field, text);
        } else if (value instanceof List<?> parts) {
            Group list = group.addGroup(field);
            for (Object part : parts) {
                Group element = list.addGroup(0).addGroup(0);
                @Nullable Object[] values = (@Nullable Object[]) part;
                for (int i = 0; i < values.length; i++) {
                    add(element, i, column.parts().get(i), values[i]);
                }
            }
        }
    }

    private static void copy(Group from, Group to, int field) {
        Type type = from.getType().getType(field);
        int count = from.getFieldRepetitionCount(field);
        for (int i = 0; i < count; i++) {
            if (!type.isPrimitive()) {
                to.add(field, from.getGroup(field, i));
                continue;
            }
            switch (type.asPrimitiveType().getPrimitiveTypeName()) {
                case INT32 -> to.add(field, from.getInteger(field, i));
                case INT64 -> to.add(field, from.getLong(field, i));
                case BOOLEAN -> to.add(field, from.getBoolean(field, i));
                case FLOAT -> to.add(field, from.getFloat(field, i));
                case DOUBLE -> to.add(field, from.getDouble(field, i));
                case INT96 -> to.add(field, from.getInt96(field, i));
                default -> to.add(field, from.getBinary(field, i));
            }
        }
    }

    @Override
    public void close() throws IOException {
        out.close();
    }
}
