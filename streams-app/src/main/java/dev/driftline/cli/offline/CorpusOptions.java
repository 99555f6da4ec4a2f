package dev.driftline.cli.offline;

import dev.driftline.corpus.CorpusDocument;
import dev.driftline.corpus.CorpusEntry;
import dev.driftline.corpus.CorpusFormat;
import dev.driftline.corpus.CorpusFormatException;
import dev.driftline.corpus.CorpusReader;
import dev.driftline.terminal.CommandFailedException;
import dev.driftline.terminal.Screen;
import dev.driftline.text.Tokenizer;
import dev.driftline.text.Tokenizers;
import java.nio.file.Path;
import java.util.function.BooleanSupplier;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** How a corpus is read whose documents go through the model one by one. */
final class CorpusOptions {

    private static final int COMPLAINTS = 5;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Option(names = "--limit", paramLabel = "N", description = "Stop after this many documents.")
    private long limit = Long.MAX_VALUE;

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            description = "tsv, lines, whole_file or jsonl, whatever the file is called.")
    private CorpusFormat format;

    @Option(
            names = "--tokenizer",
            paramLabel = "NAME",
            description = "How raw text becomes tokens: whitespace, words or characters. Default: ${DEFAULT-VALUE}.")
    private String tokenizer = Tokenizers.DEFAULT;

    @Option(names = "--skip-malformed", description = "Pass over malformed lines and count them, instead of stopping.")
    private boolean skipMalformed;

    private long malformed;

    /** Told of a document and of what it was read from. */
    interface Visitor {
        void visit(CorpusEntry entry, CorpusDocument document);
    }

    /** The most documents that are wanted. */
    long limit() {
        if (limit < 1) {
            throw usage("--limit " + limit + " is not 1 or more");
        }
        return limit;
    }

    /** The format of {@code file}. */
    CorpusFormat format(Path file) {
        if (format != null) {
            return format;
        }
        try {
            return CorpusFormat.of(file);
        } catch (IllegalArgumentException e) {
            throw usage(e.getMessage() + "; or say it with --format");
        }
    }

    Tokenizer tokenizer() {
        if (!Tokenizers.names().contains(tokenizer)) {
            throw usage("--tokenizer '" + tokenizer + "' is not one of " + String.join(", ", Tokenizers.names()));
        }
        return Tokenizers.named(tokenizer);
    }

    /** Lines passed over so far. */
    long malformed() {
        return malformed;
    }

    /**
     * Shows {@code visitor} the documents until there are enough or {@code stopped}.
     *
     * @param file what {@code reader} reads
     * @throws CommandFailedException at the first malformed line, unless those are passed over
     */
    void each(Path file, CorpusReader reader, BooleanSupplier stopped, Screen screen, Visitor visitor) {
        Tokenizer words = tokenizer();
        long documents = 0;
        while (documents < limit() && !stopped.getAsBoolean() && reader.hasNext()) {
            CorpusEntry entry;
            CorpusDocument document;
            try {
                entry = reader.next();
                document = CorpusText.document(file, entry, words);
            } catch (CorpusFormatException e) {
                if (!skipMalformed) {
                    throw new CommandFailedException(e.getMessage() + "; --skip-malformed passes over such lines");
                }
                malformed++;
                if (malformed <= COMPLAINTS) {
                    screen.line("passed over: " + e.getMessage());
                }
                continue;
            }
            visitor.visit(entry, document);
            documents++;
        }
    }

    private ParameterException usage(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
