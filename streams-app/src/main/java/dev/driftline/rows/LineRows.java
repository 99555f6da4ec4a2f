package dev.driftline.rows;

import dev.driftline.corpus.CorpusContent;
import dev.driftline.corpus.CorpusFormat;
import dev.driftline.corpus.CorpusFormatException;
import dev.driftline.corpus.LineReader;
import dev.driftline.corpus.StoppedInputException;
import dev.driftline.corpus.TextInput;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The rows of a file of lines: JSON lines, TSV or text. */
final class LineRows implements RowReader {

    private static final String SENTENCE_END = "</s>";

    private final Path file;
    private final RowFormat format;
    private final RowFields fields;
    private final LineReader lines;
    private final JsonRows json;
    private final long bytesTotal;
    private final String name;
    private final String stem;
    private final @Nullable String head;
    /** The column with the text, from 0; below 0 where the columns are an id, a source and tokens. */
    private final int textColumn;

    private long number;
    private boolean ended;

    LineRows(Path file, RowFormat format, RowFields fields) throws IOException {
        this.file = file;
        this.format = format;
        this.fields = fields;
        name = CorpusFormat.unpackedName(file);
        int dot = name.lastIndexOf('.');
        stem = dot > 0 ? name.substring(0, dot) : name;
        json = new JsonRows(fields);
        lines = new LineReader(file);
        bytesTotal = TextInput.isStandardInput(file) ? 0 : Files.size(file);
        try {
            String asked = fields.text().orElse("");
            boolean isNumber = asked.matches("[1-9]\\d{0,5}");
            head = format == RowFormat.TSV && !asked.isEmpty() && !isNumber ? lines.next() : null;
            textColumn = isNumber ? Integer.parseInt(asked) - 1 : head == null ? -1 : column(head, asked);
        } catch (IOException | RuntimeException e) {
            lines.close();
            throw e;
        }
    }

    private int column(String head, String asked) throws IOException {
        List<String> names = Arrays.asList(head.split("\t", -1));
        int column = names.indexOf(asked);
        if (column < 0) {
            throw new IOException(file + ": its first line has no column '" + asked + "', but "
                    + String.join(", ", names) + ": name one of these, or a column's number from 1, with --text-field");
        }
        return column;
    }

    /** The first line of names, which is no row; empty where there is none. */
    Optional<String> head() {
        return Optional.ofNullable(head);
    }

    @Override
    public @Nullable Row next() throws IOException {
        if (format == RowFormat.WHOLE_FILE) {
            return wholeFile();
        }
        while (true) {
            String line;
            try {
                line = lines.next();
            } catch (StoppedInputException e) {
                return null;
            } catch (CorpusFormatException e) {
                number++;
                return bad(lines.undecoded(), reason(e));
            }
            if (line == null) {
                return null;
            }
            if (!isBlank(line)) {
                number++;
                return row(line);
            }
        }
    }

    /** Tabs make columns, if empty ones: the row stands in its place. */
    private boolean isBlank(String line) {
        return line.isBlank() && (format != RowFormat.TSV || line.indexOf('\t') < 0);
    }

    private String reason(CorpusFormatException e) {
        return String.valueOf(e.getMessage()).replaceFirst("^.*?, line \\d+: ", "");
    }

    private Row row(String line) {
        return switch (format) {
            case JSONL -> json.row(number, line, id(), stem);
            case TSV -> tsv(line);
            default ->
                new Row.Line(
                        number,
                        id(),
                        stem,
                        Optional.of(new CorpusContent.Text(line, "")),
                        Optional.empty(),
                        line,
                        false);
        };
    }

    private Row tsv(String line) {
        String[] columns = line.split("\t", -1);
        if (textColumn >= 0) {
            return columns.length <= textColumn
                    ? bad(line, "has " + columns(columns.length) + ", and the text is in column " + (textColumn + 1))
                    : new Row.Line(
                            number,
                            id(),
                            stem,
                            Optional.of(new CorpusContent.Text(columns[textColumn], "")),
                            Optional.empty(),
                            line,
                            false);
        }
        if (columns.length != 3 || columns[0].isBlank() || columns[1].isBlank()) {
            return bad(
                    line,
                    "expected id TAB source TAB tokens, found " + columns(columns.length)
                            + ": --text-field names the column of another table");
        }
        return new Row.Line(
                number,
                columns[0],
                columns[1],
                Optional.of(new CorpusContent.Sentences(sentences(columns[2]))),
                Optional.empty(),
                line,
                false);
    }

    private static String columns(int count) {
        return count + (count == 1 ? " column" : " columns");
    }

    private static List<List<String>> sentences(String tokens) {
        List<List<String>> sentences = new ArrayList<>();
        List<String> open = new ArrayList<>();
        for (String token : tokens.split(" ")) {
            if (token.equals(SENTENCE_END)) {
                sentences.add(open);
                open = new ArrayList<>();
            } else if (!token.isEmpty()) {
                open.add(token);
            }
        }
        if (!open.isEmpty()) {
            sentences.add(open);
        }
        return sentences;
    }

    private @Nullable Row wholeFile() throws IOException {
        if (ended) {
            return null;
        }
        ended = true;
        number = 1;
        StringBuilder text = new StringBuilder();
        try {
            for (String line = lines.next(); line != null; line = lines.next()) {
                text.append(text.isEmpty() ? "" : "\n").append(line);
                if (text.length() > LineReader.MAX_BYTES) {
                    return bad(
                            "", "larger than " + LineReader.MAX_BYTES + " bytes, and cannot be one document: split it");
                }
            }
        } catch (CorpusFormatException e) {
            return bad(text + lines.undecoded(), reason(e));
        }
        String all = text.toString();
        return new Row.Line(1, name, stem, Optional.of(new CorpusContent.Text(all, "")), Optional.empty(), all, false);
    }

    private Row bad(String line, String problem) {
        return new Row.Line(number, id(), stem, Optional.empty(), Optional.of(problem), line, false);
    }

    private String id() {
        return name + ":" + number;
    }

    RowFields fields() {
        return fields;
    }

    @Override
    public long bytesRead() {
        return lines.bytesRead();
    }

    @Override
    public long bytesTotal() {
        return bytesTotal;
    }

    @Override
    public void close() throws IOException {
        lines.close();
    }
}
