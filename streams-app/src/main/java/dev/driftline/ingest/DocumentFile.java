package dev.driftline.ingest;

import dev.driftline.corpus.CorpusContent;
import dev.driftline.corpus.CorpusEntry;
import dev.driftline.corpus.CorpusFormat;
import dev.driftline.corpus.CorpusFormatException;
import dev.driftline.corpus.CorpusReader;
import dev.driftline.corpus.TextInput;
import dev.driftline.rows.Row;
import dev.driftline.rows.RowFields;
import dev.driftline.rows.RowFiles;
import dev.driftline.rows.RowFormat;
import dev.driftline.rows.RowReader;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The documents of a file that is to be learned: a corpus file, as {@link CorpusReader} reads it, or Parquet. One thread reads;
 * the sizes may be asked from any.
 */
public final class DocumentFile implements AutoCloseable {

    private static final int END_BYTES = 1 << 20;

    private final Path file;
    private final @Nullable CorpusReader corpus;
    private final @Nullable RowReader rows;
    private @Nullable Row ahead;

    private DocumentFile(Path file, @Nullable CorpusReader corpus, @Nullable RowReader rows) {
        this.file = file;
        this.corpus = corpus;
        this.rows = rows;
    }

    /** Whether {@code file} is Parquet by its name, which no corpus reader reads. */
    public static boolean isParquet(Path file) {
        return String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT).endsWith(".parquet");
    }

    /**
     * Opens a corpus file.
     *
     * @throws IOException if it cannot be read, with a message that says why
     */
    public static DocumentFile corpus(Path file, CorpusFormat format, String textField) throws IOException {
        return new DocumentFile(file, CorpusReader.open(file, format, textField), null);
    }

    /**
     * Opens a table: Parquet, of which id, source and language are taken from columns of these names, or TSV, which has the text
     * alone.
     *
     * @param textField the column with the text: of Parquet names joined by dots, of TSV its number from 1 or its name
     * @throws IOException if it cannot be read, with a message that says why
     */
    public static DocumentFile rows(Path file, RowFormat format, String textField) throws IOException {
        RowFields fields = new RowFields(Optional.of(textField), "id");
        return new DocumentFile(file, null, RowFiles.read(file, format, fields));
    }

    /**
     * What tells the content of a file from that of another, wherever it lies: a hash of its size, its first and its last megabyte.
     * Empty for what can be read but once.
     *
     * @throws IOException if it cannot be read
     */
    public static Optional<String> fingerprint(Path file) throws IOException {
        if (TextInput.isStandardInput(file) || !Files.isRegularFile(file)) {
            return Optional.empty();
        }
        try (RandomAccessFile in = new RandomAccessFile(file.toFile(), "r")) {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            long size = in.length();
            digest.update(ByteBuffer.allocate(Long.BYTES).putLong(size).array());
            byte[] bytes = new byte[(int) Math.min(size, END_BYTES)];
            in.readFully(bytes);
            digest.update(bytes);
            in.seek(size - bytes.length);
            in.readFully(bytes);
            digest.update(bytes);
            return Optional.of(HexFormat.of().formatHex(digest.digest(), 0, 8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The file. */
    public Path file() {
        return file;
    }

    /** Bytes of the file read so far. */
    public long bytesRead() {
        return corpus != null ? corpus.bytesRead() : rows().bytesRead();
    }

    /** The size of the file, in bytes; 0 for a pipe. */
    public long bytesTotal() {
        return corpus != null ? corpus.bytesTotal() : rows().bytesTotal();
    }

    /** Whether there is another document, or a line that is none. */
    public boolean hasNext() {
        if (corpus != null) {
            return corpus.hasNext();
        }
        try {
            if (ahead == null) {
                ahead = rows().next();
            }
            return ahead != null;
        } catch (IOException e) {
            throw new UncheckedIOException(e.getMessage(), e);
        }
    }

    /**
     * The next document.
     *
     * @throws CorpusFormatException if it cannot be read; the next call goes on behind it
     */
    public CorpusEntry next() {
        if (corpus != null) {
            return corpus.next();
        }
        hasNext();
        Row row = ahead;
        if (row == null) {
            throw new NoSuchElementException();
        }
        ahead = null;
        CorpusContent content = row.content()
                .orElseThrow(() -> new CorpusFormatException(
                        file, row.number(), row.problem().orElse("there is no text")));
        return new CorpusEntry(row.id(), row.source(), content, true, Map.of(), Optional.empty(), row.number());
    }

    /**
     * Passes over documents that were learned before.
     *
     * @throws IOException if the file has fewer
     */
    public void skip(long documents) throws IOException {
        for (long i = 0; i < documents; i++) {
            if (!hasNext()) {
                throw new IOException(file + " has fewer documents than were learned of it before: it is another file");
            }
            try {
                next();
            } catch (CorpusFormatException e) {
                // It was counted when it was passed over.
            }
        }
    }

    @Override
    public void close() throws IOException {
        if (corpus != null) {
            corpus.close();
        } else {
            rows().close();
        }
    }

    private RowReader rows() {
        if (rows == null) {
            throw new IllegalStateException("neither a corpus nor Parquet");
        }
        return rows;
    }
}
