package dev.driftline.rows;

import dev.driftline.corpus.CorpusContent;
import dev.driftline.text.Characters;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.parquet.ParquetReadOptions;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.convert.GroupRecordConverter;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.ColumnIOFactory;
import org.apache.parquet.io.LocalInputFile;
import org.apache.parquet.io.MessageColumnIO;
import org.apache.parquet.io.RecordReader;
import org.apache.parquet.schema.GroupType;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType;
import org.apache.parquet.schema.Type;
import org.jspecify.annotations.Nullable;

/** The rows of a Parquet file, of which one row group is in memory at a time. */
final class ParquetRows implements RowReader {

    private final Path file;
    private final RowFields fields;
    private final ParquetFileReader reader;
    private final MessageType schema;
    private final MessageColumnIO columns;
    private final long bytesTotal;
    private final String name;
    private final String stem;

    private @Nullable RecordReader<Group> records;
    private long recordsLeft;
    private long number;
    private int rowGroup;
    private volatile long bytesRead;

    ParquetRows(Path file, RowFields fields) throws IOException {
        this.file = file;
        this.fields = fields;
        name = String.valueOf(file.getFileName());
        int dot = name.lastIndexOf('.');
        stem = dot > 0 ? name.substring(0, dot) : name;
        if (Files.isDirectory(file)) {
            throw new IOException(file + " is a folder: name the files in it");
        }
        if (!Files.exists(file)) {
            throw new IOException(file + " does not exist");
        }
        bytesTotal = Files.size(file);
        try {
            reader = ParquetFileReader.open(
                    new LocalInputFile(file),
                    ParquetReadOptions.builder(new PlainParquetConfiguration())
                            .withCodecFactory(new PageCodecs())
                            .build());
        } catch (FileSystemException e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            // The library names the file by what reads it.
            String reason = String.valueOf(e.getMessage()).replaceAll("\\S*LocalInputFile@\\w+", "it");
            throw new IOException(file + " cannot be read as Parquet: " + reason, e);
        }
        schema = reader.getFooter().getFileMetaData().getSchema();
        columns = new ColumnIOFactory().getColumnIO(schema);
        requireText();
    }

    private void requireText() throws IOException {
        Optional<Type> text = type(schema, fields.textName());
        if (text.isEmpty()
                || !text.get().isPrimitive()
                || text.get().asPrimitiveType().getPrimitiveTypeName() != PrimitiveType.PrimitiveTypeName.BINARY
                || text.get().isRepetition(Type.Repetition.REPEATED)) {
            reader.close();
            throw new IOException(file + " has no column '" + fields.textName() + "' of strings, but "
                    + String.join(
                            ", ",
                            schema.getColumns().stream()
                                    .map(column -> String.join(".", column.getPath()))
                                    .toList())
                    + ": name one of these with --text-field");
        }
    }

    private static Optional<Type> type(GroupType group, String path) {
        if (group.containsField(path)) {
            return Optional.of(group.getType(path));
        }
        int dot = path.indexOf('.');
        if (dot < 0 || !group.containsField(path.substring(0, dot))) {
            return Optional.empty();
        }
        Type inner = group.getType(path.substring(0, dot));
        return inner.isPrimitive() || inner.isRepetition(Type.Repetition.REPEATED)
                ? Optional.empty()
                : type(inner.asGroupType(), path.substring(dot + 1));
    }

    /** The schema of the file. */
    MessageType schema() {
        return schema;
    }

    /** What the writer of the file noted in it, but for what describes its columns. */
    Map<String, String> notes() {
        Map<String, String> notes =
                new HashMap<>(reader.getFooter().getFileMetaData().getKeyValueMetaData());
        // Arrow's own schema names every column, and would not fit any more.
        notes.remove("ARROW:schema");
        // The library writes this one itself.
        notes.remove("writer.model.name");
        return notes;
    }

    /** How the file is compressed. */
    CompressionCodecName codec() {
        List<BlockMetaData> groups = reader.getRowGroups();
        return groups.isEmpty() || groups.get(0).getColumns().isEmpty()
                ? CompressionCodecName.ZSTD
                : PageCodecs.writable(groups.get(0).getColumns().get(0).getCodec());
    }

    @Override
    public @Nullable Row next() throws IOException {
        while (recordsLeft == 0) {
            try {
                PageReadStore pages = reader.readNextRowGroup();
                if (pages == null) {
                    return null;
                }
                bytesRead += reader.getRowGroups().get(rowGroup++).getCompressedSize();
                recordsLeft = pages.getRowCount();
                records = columns.getRecordReader(pages, new GroupRecordConverter(schema));
            } catch (IOException | RuntimeException e) {
                throw damaged(e);
            }
        }
        number++;
        recordsLeft--;
        try {
            RecordReader<Group> from = records;
            if (from == null) {
                throw new IllegalStateException("no row group is open");
            }
            return row(from.read());
        } catch (RuntimeException e) {
            throw damaged(e);
        }
    }

    private IOException damaged(Exception e) {
        return new IOException(
                file + ": row group " + rowGroup + " cannot be read, and may be damaged: " + e.getMessage(), e);
    }

    private Row row(Group group) {
        String id = text(group, fields.id()).filter(value -> !value.isEmpty()).orElse(name + ":" + number);
        String source =
                text(group, RowFields.SOURCE).filter(value -> !value.isEmpty()).orElse(stem);
        Optional<String> text = text(group, fields.textName());
        Optional<String> problem = text.isEmpty()
                ? Optional.of("'" + fields.textName() + "' is null")
                : Characters.loneSurrogate(text.get()) >= 0
                        ? Optional.of("the text has half of a surrogate pair")
                        : Optional.empty();
        Optional<CorpusContent> content = problem.isPresent()
                ? Optional.empty()
                : text.map(value ->
                        new CorpusContent.Text(value, text(group, "language").orElse("")));
        return new Row.Record(number, id, source, content, problem, group);
    }

    /** A value as text; empty where the row has none, or it is no string or number. */
    private static Optional<String> text(Group group, String path) {
        GroupType type = group.getType();
        if (!type.containsField(path)) {
            int dot = path.indexOf('.');
            String first = dot < 0 ? "" : path.substring(0, dot);
            return dot < 0
                            || !type.containsField(first)
                            || type.getType(first).isPrimitive()
                            || group.getFieldRepetitionCount(first) != 1
                    ? Optional.empty()
                    : text(group.getGroup(first, 0), path.substring(dot + 1));
        }
        Type field = type.getType(path);
        if (!field.isPrimitive() || group.getFieldRepetitionCount(path) != 1) {
            return Optional.empty();
        }
        return field.asPrimitiveType().getPrimitiveTypeName() == PrimitiveType.PrimitiveTypeName.BINARY
                ? Optional.of(group.getString(path, 0))
                : Optional.of(group.getValueToString(type.getFieldIndex(path), 0));
    }

    @Override
    public long bytesRead() {
        return bytesRead;
    }

    @Override
    public long bytesTotal() {
        return bytesTotal;
    }

    @Override
    public void close() throws IOException {
        reader.close();
    }
}
