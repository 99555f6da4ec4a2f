package dev.driftline.cli.query;

import dev.driftline.cli.offline.CorpusText;
import dev.driftline.cli.options.FormatOption;
import dev.driftline.corpus.CorpusDocument;
import dev.driftline.corpus.CorpusReader;
import dev.driftline.neural.Pooling;
import dev.driftline.serving.query.EncodedDocument;
import dev.driftline.terminal.CommandFailedException;
import dev.driftline.terminal.ExitCodes;
import dev.driftline.terminal.PlainJson;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code driftline encode}: documents as vectors. */
@Command(
        name = "encode",
        mixinStandardHelpOptions = true,
        description = "Turn documents into vectors with the network: a line of JSON each, with id and vector.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  driftline encode --snapshot snapshots/000003-1f2e3d --file corpus.tsv > vectors.jsonl",
            "  driftline encode --instance http://127.0.0.1:7070 --pooling last --text \"the jury said\""
        })
public final class EncodeCommand implements Callable<Integer> {

    /** What is encoded. */
    static final class Input {
        @Option(names = "--text", paramLabel = "TEXT", description = "One document.")
        String text;

        @Option(
                names = "--file",
                paramLabel = "FILE",
                description =
                        "With --snapshot: documents of a file, as `driftline produce` reads it; - for the standard input.")
        Path file;
    }

    @Spec
    private CommandSpec spec;

    @Mixin
    private ModelSource source;

    @Option(
            names = "--snapshot",
            paramLabel = "DIR",
            description = "A snapshot of the network, as `driftline train` or `driftline snapshots export` writes it.")
    private Path snapshot;

    @ArgGroup(multiplicity = "1")
    private Input input;

    @Mixin
    private FormatOption format;

    @Option(
            names = "--pooling",
            paramLabel = "P",
            defaultValue = "mean",
            description =
                    "How the states of the tokens become one vector: last, mean or max. Default: ${DEFAULT-VALUE}.")
    private String pooling;

    @Override
    public Integer call() {
        Pooling chosen;
        try {
            chosen = Pooling.named(pooling);
        } catch (IllegalArgumentException e) {
            throw new CommandFailedException(e.getMessage(), ExitCodes.USAGE);
        }
        if (source.isState() || source.isArpa() || source.isInstance() == (snapshot != null)) {
            throw new CommandFailedException("name the network: --snapshot DIR or --instance URL", ExitCodes.USAGE);
        }
        if (source.isInstance() && input.text == null) {
            throw new CommandFailedException("--instance encodes --text; for a file give --snapshot", ExitCodes.USAGE);
        }
        try (OpenModel model = source.open(Optional.ofNullable(snapshot))) {
            if (input.text != null) {
                print("text", model.queries().encode(sentences(model.texts()), chosen), chosen);
            } else {
                encodeFile(model, chosen);
            }
        } catch (IOException | IllegalArgumentException e) {
            throw new CommandFailedException(e.getMessage());
        }
        return ExitCodes.OK;
    }

    private List<List<String>> sentences(ModelTexts texts) {
        List<List<String>> sentences = texts.sentences(input.text);
        if (sentences.isEmpty()) {
            throw new CommandFailedException("--text has no words", ExitCodes.USAGE);
        }
        return sentences;
    }

    private void encodeFile(OpenModel model, Pooling chosen) throws IOException {
        try (CorpusReader corpus = format.open(input.file)) {
            if (!corpus.hasNext()) {
                throw CorpusText.noDocument(input.file);
            }
            Iterator<CorpusDocument> documents = corpus.documents(model.texts().tokenizer());
            while (documents.hasNext()) {
                CorpusDocument document = documents.next();
                print(document.id(), model.queries().encode(document.sentences(), chosen), chosen);
            }
        }
    }

    private void print(String id, EncodedDocument encoded, Pooling chosen) {
        PrintWriter out = spec.commandLine().getOut();
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("id", id);
        fields.put("snapshot_version", encoded.snapshot());
        fields.put("pooling", chosen.name().toLowerCase(Locale.ROOT));
        fields.put("vector", encoded.vector());
        out.println(PlainJson.line(fields));
        out.flush();
    }
}
