package dev.driftline.cli.offline;

import dev.driftline.corpus.CorpusDocument;
import dev.driftline.mixture.DocumentScore;
import dev.driftline.terminal.CommandFailedException;
import dev.driftline.terminal.Printable;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The file of {@code evaluate --per-document}: one line a document with its cost in bits under each model, {@code <unk>} as a
 * class, and what the letters of its unknown words cost beyond that.
 */
final class DocumentCosts implements AutoCloseable {

    private final Optional<Path> file;
    private final PrintWriter rows;

    private DocumentCosts(Optional<Path> file, PrintWriter rows) {
        this.file = file;
        this.rows = rows;
    }

    /**
     * Begins the file with its head.
     *
     * @param file empty to write nothing
     * @throws IOException if it cannot be opened
     */
    static DocumentCosts writtenTo(Optional<Path> file, List<String> models) throws IOException {
        if (file.isPresent()) {
            Files.createDirectories(file.get().toAbsolutePath().getParent());
        }
        Writer writer =
                file.isPresent() ? Files.newBufferedWriter(file.get(), StandardCharsets.UTF_8) : Writer.nullWriter();
        DocumentCosts costs = new DocumentCosts(file, new PrintWriter(writer));
        costs.rows.println("id\tkey\ttokens\tunknown\t" + String.join("\t", models) + "\tletters");
        return costs;
    }

    /** Adds a document. */
    void add(CorpusDocument document, DocumentScore score) {
        if (file.isEmpty()) {
            return;
        }
        rows.print(Printable.escape(document.id()));
        rows.print('\t');
        rows.print(Printable.escape(document.source()));
        rows.print('\t');
        rows.print(score.tokens());
        rows.print('\t');
        rows.print(score.unknown());
        for (double bits : score.bits()) {
            print(bits);
        }
        print(score.letterBits());
        rows.println();
    }

    private void print(double bits) {
        rows.print('\t');
        rows.print(Double.isFinite(bits) ? String.format(Locale.ROOT, "%.6f", bits) : Double.toString(bits));
    }

    /**
     * Completes the file.
     *
     * @throws CommandFailedException if some of it could not be written
     */
    @Override
    public void close() {
        boolean failed = rows.checkError();
        rows.close();
        if (failed) {
            throw new CommandFailedException("cannot write to " + file.orElseThrow() + ": is the disk full?");
        }
    }
}
