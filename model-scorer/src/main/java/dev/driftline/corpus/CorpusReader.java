package dev.driftline.corpus;

import com.fasterxml.jackson.databind.JsonNode;
import dev.driftline.text.Tokenizer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads the documents of a corpus file one at a time: memory depends on the longest document, not on the file.
 *
 * <p>If a line does not follow the format, {@link #next()} throws a {@link CorpusFormatException}; the call after that
 * goes on with the next line, so that a caller may stop, or count the lines that it skips.
 *
 * <p>One thread reads; {@link #bytesRead()} may be called from any.
 */
public final class CorpusReader implements Iterator<CorpusEntry>, AutoCloseable {

    /** The field of a JSON object that has its text, unless another is named. */
    public static final String TEXT_FIELD = "text";

    private static final String SENTENCE_END = "</s>";

    private final Path file;
    private final CorpusFormat format;
    private final String textField;
    private final @Nullable LineReader lines;
    private final @Nullable JsonObjects objects;
    private final @Nullable TextInput input;
    private final long bytesTotal;
    private final String name;
    private final String stem;
    private @Nullable CorpusEntry ahead;
    private @Nullable CorpusFormatException malformed;
    private boolean ended;
    private long objectsRead;

    private CorpusReader(Path file, CorpusFormat format, String textField) throws IOException {
        this.file = file;
        this.format = format;
        this.textField = textField;
        this.name = CorpusFormat.unpackedName(file);
        int dot = name.lastIndexOf('.');
        this.stem = dot > 0 ? name.substring(0, dot) : name;
        if (format == CorpusFormat.JSON) {
            input = TextInput.open(file);
            objects = new JsonObjects(input);
            lines = null;
        } else {
            lines = new LineReader(file);
            objects = null;
            input = null;
        }
        this.bytesTotal = TextInput.isStandardInput(file) ? 0 : Files.size(file);
    }

    /**
     * Opens {@code file}; its extension gives the format.
     *
     * @throws IOException if it cannot be read
     * @throws IllegalArgumentException if {@link CorpusFormat#of} does not know the extension
     */
    public static CorpusReader open(Path file) throws IOException {
        return open(file, CorpusFormat.of(file));
    }

    /** As {@link #open(Path, CorpusFormat, String)}, with the text in the field {@code text}. */
    public static CorpusReader open(Path file, CorpusFormat format) throws IOException {
        return open(file, format, TEXT_FIELD);
    }

    /**
     * Opens {@code file}, which is in {@code format}; it is read as {@link TextInput} says.
     *
     * @param textField the field of a JSON object that has the text of the document
     * @throws IOException if it cannot be read, with a message that says why
     */
    public static CorpusReader open(Path file, CorpusFormat format, String textField) throws IOException {
        return new CorpusReader(file, format, textField);
    }

    /** The file. */
    public Path file() {
        return file;
    }

    /** Bytes of the file read so far. */
    public long bytesRead() {
        return lines != null ? lines.bytesRead() : input().bytesRead();
    }

    /** The size of the file when it was opened, in bytes; 0 for a pipe. */
    public long bytesTotal() {
        return bytesTotal;
    }

    /** The documents, tokenised by {@code tokenizer} if the file has raw text. Reads from this reader. */
    public Iterator<CorpusDocument> documents(Tokenizer tokenizer) {
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                return CorpusReader.this.hasNext();
            }

            @Override
            public CorpusDocument next() {
                return CorpusReader.this.next().document(tokenizer);
            }
        };
    }

    /** Whether there is another; none once {@link StoppableInput#stopAll()} ended the wait for it. */
    @Override
    public boolean hasNext() {
        if (ahead == null && malformed == null && !ended) {
            try {
                ahead = read();
                ended = ahead == null;
            } catch (CorpusFormatException e) {
                malformed = e;
                ended |= format == CorpusFormat.WHOLE_FILE;
            } catch (StoppedInputException e) {
                ended = true;
            } catch (IOException e) {
                String reason = String.valueOf(e.getMessage());
                throw new UncheckedIOException(
                        reason.contains(file.toString()) ? reason : "reading " + file + ": " + reason, e);
            }
        }
        return ahead != null || malformed != null;
    }

    /**
     * The next document.
     *
     * @throws CorpusFormatException if the next line is malformed
     * @throws UncheckedIOException if reading fails
     */
    @Override
    public CorpusEntry next() {
        boolean has = hasNext();
        if (malformed != null) {
            CorpusFormatException thrown = malformed;
            malformed = null;
            throw thrown;
        }
        CorpusEntry entry = ahead;
        if (!has || entry == null) {
            throw new NoSuchElementException();
        }
        ahead = null;
        return entry;
    }

    @Override
    public void close() throws IOException {
        if (lines != null) {
            lines.close();
        } else {
            input().close();
        }
    }

    private @Nullable CorpusEntry read() throws IOException {
        if (objects != null) {
            return nextObject(objects);
        }
        if (format == CorpusFormat.WHOLE_FILE) {
            return wholeFile();
        }
        LineReader lines = Objects.requireNonNull(this.lines);
        String line = lines.next();
        while (line != null && line.isBlank()) {
            line = lines.next();
        }
        if (line == null) {
            return null;
        }
        long number = lines.number();
        try {
            return switch (format) {
                case TSV -> tsv(line, number);
                case JSONL -> JsonLines.document(JsonLines.read(line), number, textField, name + ":" + number, stem);
                default -> entry(name + ":" + number, stem, new CorpusContent.Text(line, ""), number);
            };
        } catch (JsonLines.Malformed e) {
            throw new CorpusFormatException(file, number, e.reason());
        }
    }

    private @Nullable CorpusEntry nextObject(JsonObjects objects) throws IOException {
        JsonNode object;
        try {
            object = objects.next();
        } catch (JsonLines.Malformed e) {
            ended = true;
            throw new CorpusFormatException(file, objects.line(), e.reason());
        }
        if (object == null) {
            return null;
        }
        objectsRead++;
        try {
            return JsonLines.document(object, objects.line(), textField, name + ":" + objectsRead, stem);
        } catch (JsonLines.Malformed e) {
            throw new CorpusFormatException(file, objects.line(), e.reason());
        }
    }

    private TextInput input() {
        return Objects.requireNonNull(input);
    }

    private @Nullable CorpusEntry wholeFile() throws IOException {
        LineReader lines = Objects.requireNonNull(this.lines);
        StringBuilder text = new StringBuilder();
        for (String line = lines.next(); line != null; line = lines.next()) {
            text.append(line).append('\n');
            if (text.length() > LineReader.MAX_BYTES) {
                throw new CorpusFormatException(
                        file,
                        lines.number(),
                        "the file is larger than " + LineReader.MAX_BYTES
                                + " bytes and cannot be one document; split it, or read each line as a document");
            }
        }
        return text.toString().isBlank() ? null : entry(name, stem, new CorpusContent.Text(text.toString(), ""), 1);
    }

    private static CorpusEntry tsv(String line, long number) throws JsonLines.Malformed {
        int first = line.indexOf('\t');
        int second = first < 0 ? -1 : line.indexOf('\t', first + 1);
        if (second < 0 || line.indexOf('\t', second + 1) >= 0) {
            long tabs = line.chars().filter(c -> c == '\t').count();
            throw new JsonLines.Malformed(
                    "expected id TAB source TAB sentence </s> sentence …, found " + tabs + " tabs instead of 2");
        }
        String id = line.substring(0, first);
        String source = line.substring(first + 1, second);
        if (id.isBlank() || source.isBlank()) {
            throw new JsonLines.Malformed("the " + (id.isBlank() ? "id" : "source") + " before the tab is empty");
        }
        return entry(id, source, new CorpusContent.Sentences(sentences(line, second + 1)), number);
    }

    // A closing </s> after the last sentence is allowed: it ends that sentence and does not begin another.
    private static List<List<String>> sentences(String line, int from) throws JsonLines.Malformed {
        List<List<String>> sentences = new ArrayList<>();
        List<String> sentence = new ArrayList<>();
        int start = from;
        boolean open = false;
        while (start < line.length()) {
            int space = line.indexOf(' ', start);
            int end = space < 0 ? line.length() : space;
            if (end > start) {
                String token = JsonLines.token(line.substring(start, end));
                open = !token.equals(SENTENCE_END);
                if (open) {
                    sentence.add(token);
                } else {
                    sentences.add(sentence);
                    sentence = new ArrayList<>();
                }
            }
            start = end + 1;
        }
        if (open) {
            sentences.add(sentence);
        }
        return sentences;
    }

    private static CorpusEntry entry(String id, String source, CorpusContent content, long line) {
        return new CorpusEntry(id, source, content, true, Map.of(), Optional.empty(), line);
    }
}
