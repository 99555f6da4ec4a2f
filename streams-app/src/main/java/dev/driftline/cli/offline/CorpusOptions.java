package dev.driftline.cli.offline;

import dev.driftline.cli.options.FormatOption;
import dev.driftline.cli.options.GivenOptions;
import dev.driftline.cli.options.MalformedLines;
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
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** How a corpus is read whose documents go through the model one by one. Use as {@code @Mixin}. */
final class CorpusOptions {

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Option(names = "--limit", paramLabel = "N", description = "Stop after this many documents, 1 or more.")
    private long limit = Long.MAX_VALUE;

    @Mixin
    private FormatOption format;

    @Option(
            names = "--tokenizer",
            paramLabel = "NAME",
            description = "How raw text becomes tokens: whitespace, words or characters. Default: ${DEFAULT-VALUE}.")
    private String tokenizer = Tokenizers.DEFAULT;

    @Mixin
    private MalformedLines malformed;

    /** Receives a document and the entry that it was read from. */
    interface Visitor {
        void visit(CorpusEntry entry, CorpusDocument document);
    }

    /** The most documents to read. */
    long limit() {
        GivenOptions.of(spec).atLeast("--limit", limit, 1);
        return limit;
    }

    /** The format of {@code file}. */
    CorpusFormat format(Path file) {
        return format.of(file);
    }

    /** Splits raw text. */
    Tokenizer tokenizer() {
        if (!Tokenizers.names().contains(tokenizer)) {
            throw usage("--tokenizer '" + tokenizer + "' is not one of " + String.join(", ", Tokenizers.names()));
        }
        return Tokenizers.named(tokenizer);
    }

    /** The lines that were not documents. */
    MalformedLines malformed() {
        return malformed;
    }

    /**
     * Shows {@code visitor} the documents until the limit is reached or {@code stopped} is true.
     *
     * @param file what {@code reader} reads
     * @throws CommandFailedException at the first malformed line, unless those are passed over
     */
    void each(Path file, CorpusReader reader, BooleanSupplier stopped, Screen screen, Visitor visitor) {
        Tokenizer words = tokenizer();
        if (!reader.hasNext()) {
            throw CorpusText.noDocument(file);
        }
        long documents = 0;
        while (documents < limit() && !stopped.getAsBoolean() && reader.hasNext()) {
            CorpusEntry entry;
            CorpusDocument document;
            try {
                try {
                    entry = reader.next();
                    document = CorpusText.document(file, entry, words);
                } catch (CorpusFormatException e) {
                    malformed.skip(e, screen);
                    continue;
                }
            } catch (CorpusFormatException e) {
                throw new CommandFailedException(e.getMessage() + "; --skip-malformed passes over such lines");
            }
            visitor.visit(entry, document);
            documents++;
        }
    }

    private ParameterException usage(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
