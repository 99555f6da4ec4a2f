package dev.driftline.rows;

import com.github.luben.zstd.ZstdOutputStream;
import dev.driftline.codec.StandardOutput;
import dev.driftline.corpus.TextInput;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/** Opens files of rows, to be read and to be written. */
public final class RowFiles {

    private RowFiles() {}

    /**
     * Opens {@code file} to read its rows. Gzip and zstd are unpacked whatever its name; {@value TextInput#STANDARD_INPUT} is the
     * standard input.
     *
     * @throws IOException if it cannot be read, with a message that says why and what to do
     */
    public static RowReader read(Path file, RowFormat format, RowFields fields) throws IOException {
        if (format != RowFormat.PARQUET) {
            return new LineRows(file, format, fields);
        }
        if (TextInput.isStandardInput(file)) {
            throw new IOException(
                    "Parquet cannot be read from the standard input, since it is read from its end: name a file");
        }
        return new ParquetRows(file, fields);
    }

    /**
     * Begins {@code file}, which replaces one that is there, with the rows of {@code rows}.
     *
     * @param name what it will be called, which says whether it is compressed: a name that ends with .gz or .zst
     * @param rows where the rows come from
     * @param columns those to add
     * @param isBare whether rows are written as they were read, without the columns
     * @throws IOException if it cannot be written
     */
    public static RowWriter write(
            Path file, Path name, RowFormat format, RowReader rows, List<Column> columns, boolean isBare)
            throws IOException {
        if (rows instanceof ParquetRows parquet) {
            if (TextInput.isStandardInput(file)) {
                throw new IOException("Parquet is not written to the standard output: name a file with --output");
            }
            return new ParquetWriting(file, parquet, isBare ? List.of() : columns);
        }
        Optional<String> head = rows instanceof LineRows lines ? lines.head() : Optional.empty();
        // What cleans messages for a terminal must not touch rows.
        OutputStream out = TextInput.isStandardInput(file) ? new StandardOutput() : packed(file, name);
        try {
            return new LineWriter(out, format, columns, isBare, head);
        } catch (IOException | RuntimeException e) {
            out.close();
            throw e;
        }
    }

    /**
     * Checks with the first row of {@code rows} that the columns are new, before work is put into the others.
     *
     * @throws RowConflictException if one is not
     * @throws IOException if the row cannot be read
     */
    public static void requireNew(RowFormat format, RowReader rows, List<Column> columns) throws IOException {
        if (rows instanceof ParquetRows parquet) {
            ParquetWriting.schema(parquet, columns);
            return;
        }
        Optional<String> head = rows instanceof LineRows lines ? lines.head() : Optional.empty();
        try (LineWriter nowhere = new LineWriter(OutputStream.nullOutputStream(), format, columns, false, head)) {
            Row first = rows.next();
            if (first != null) {
                nowhere.write(first, new @Nullable Object[columns.size()]);
            }
        }
    }

    private static OutputStream packed(Path file, Path name) throws IOException {
        OutputStream out = new BufferedOutputStream(Files.newOutputStream(file), 1 << 16);
        String ending = String.valueOf(name.getFileName()).toLowerCase(Locale.ROOT);
        if (ending.endsWith(".gz") || ending.endsWith(".gzip")) {
            return new GZIPOutputStream(out, 1 << 16);
        }
        return ending.endsWith(".zst") || ending.endsWith(".zstd") ? new ZstdOutputStream(out) : out;
    }
}
