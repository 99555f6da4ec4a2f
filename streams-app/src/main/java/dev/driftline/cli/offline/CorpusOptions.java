package dev.driftline.cli.offline;

import dev.driftline.cli.options.DocumentLimits;
import dev.driftline.cli.options.FormatOption;
import dev.driftline.cli.options.GivenOptions;
import dev.driftline.cli.options.MalformedLines;
import dev.driftline.corpus.CorpusDocument;
import dev.driftline.corpus.CorpusEntry;
import dev.driftline.corpus.CorpusFormat;
import dev.driftline.corpus.CorpusFormatException;
import dev.driftline.corpus.CorpusReader;
import dev.driftline.input.DocumentRules;
import dev.driftline.terminal.CommandFailedException;
import dev.driftline.terminal.Screen;
import dev.driftline.text.Tokenizer;
import dev.driftline.text.Tokenizers;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** How a corpus is read whose documents go through the model one by one. Use as {@code @Mixin}. */
public final class CorpusOptions {

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Option(
            names = "--limit",
            paramLabel = "N",
            description = "Stop after this many documents, 1 or more. Default: all.")
    private long limit = Long.MAX_VALUE;

    @Mixin
    private FormatOption format;

    @Option(
            names = "--tokenizer",
            paramLabel = "NAME",
            description = "How raw text becomes tokens: " + Tokenizers.GRAMMAR + ". Default: as the text that the"
                    + " model has learned before, or words.")
    private @Nullable String tokenizer;

    private String learned = Tokenizers.DEFAULT;

    @Mixin
    private DocumentLimits limits;

    private @Nullable DocumentRules rules;

    @Mixin
    private MalformedLines malformed;

    /** Receives a document and the entry that it was read from. */
    public interface Visitor {
        void visit(CorpusEntry entry, CorpusDocument document);
    }

    /** The most documents to read. */
    public long limit() {
        return limit;
    }

    /** The format of {@code file}. */
    public CorpusFormat format(Path file) {
        return format.of(file);
    }

    /** Opens {@code file} in its format. */
    public CorpusReader open(Path file) throws IOException {
        return format.open(file);
    }

    /** Opens {@code file}, which is in {@code known}. */
    public CorpusReader open(Path file, CorpusFormat known) throws IOException {
        return format.open(file, known);
    }

    /** The model has learned before, from text that this tokenizer cut: the one to use where none is named. */
    void learned(String known) {
        learned = known;
    }

    /** Splits raw text. */
    public Tokenizer tokenizer() {
        String named = tokenizerName();
        try {
            return Tokenizers.named(named);
        } catch (IllegalArgumentException e) {
            throw usage("--tokenizer: " + e.getMessage());
        }
    }

    /** Refuses a tokenizer for a file whose text is tokens already. */
    public void refuseTokenizerOfTokens(Path file) {
        tokenizerName();
        GivenOptions.of(spec)
                .only(format(file) != CorpusFormat.TSV, "on raw text, and a .tsv file has tokens", "--tokenizer");
    }

    /**
     * Refuses another tokenizer than that of the text that was learned before: a model of both would be of neither.
     *
     * @param where the model, for the message
     */
    void refuseAnotherTokenizer(Object where, String known) {
        if (tokenizer != null && !Tokenizers.same(tokenizerName(), known)) {
            throw usage("--tokenizer " + tokenizer + ": the model in " + where + " has learned text that " + known
                    + " has cut: leave it out, or begin a model in another folder");
        }
    }

    /** The name of what splits raw text. */
    public String tokenizerName() {
        try {
            return Tokenizers.recorded(tokenizer == null ? learned : tokenizer);
        } catch (IllegalArgumentException e) {
            throw usage("--tokenizer: " + e.getMessage());
        }
    }

    /** The lines that were not documents. */
    public MalformedLines malformed() {
        return malformed;
    }

    /**
     * Shows {@code visitor} the documents until the limit is reached or {@code stopped} is true.
     *
     * @param file what {@code reader} reads
     * @throws CommandFailedException at the first malformed line, unless those are passed over
     */
    public void each(Path file, CorpusReader reader, BooleanSupplier stopped, Screen screen, Visitor visitor) {
        Tokenizer words = tokenizer();
        long documents = 0;
        while (documents < limit() && !stopped.getAsBoolean() && reader.hasNext()) {
            CorpusEntry entry;
            CorpusDocument document;
            try {
                try {
                    entry = reader.next();
                    document = CorpusText.document(file, entry, words);
                    requireWithinLimits(file, entry, document);
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
        if (documents == 0 && malformed.skipped() == 0 && !stopped.getAsBoolean()) {
            throw CorpusText.noDocument(file);
        }
    }

    /** What the service would not take is not to be evaluated as if it did. */
    private void requireWithinLimits(Path file, CorpusEntry entry, CorpusDocument document) {
        if (rules == null) {
            rules = limits.rules();
        }
        rules.problem(document.id(), document.source(), document.sentences()).ifPresent(problem -> {
            throw new CorpusFormatException(file, entry.line(), problem);
        });
    }

    private ParameterException usage(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
