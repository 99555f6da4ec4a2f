package dev.driftline.cli.query;

import com.fasterxml.jackson.databind.JsonNode;
import dev.driftline.corpus.CorpusDocument;
import dev.driftline.corpus.CorpusReader;
import dev.driftline.neural.Network;
import dev.driftline.neural.NetworkReader;
import dev.driftline.neural.Pooling;
import dev.driftline.neural.snapshot.SnapshotFolder;
import dev.driftline.scoring.DocumentTokens;
import dev.driftline.terminal.CommandFailedException;
import dev.driftline.terminal.ExitCodes;
import dev.driftline.terminal.PlainJson;
import dev.driftline.text.Tokenizers;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
        @Option(names = "--text", paramLabel = "TEXT", description = "One document, its words separated by spaces.")
        String text;

        @Option(
                names = "--file",
                paramLabel = "FILE",
                description =
                        "With --snapshot: documents of a .tsv, .txt or .jsonl file, as `driftline produce` reads them.")
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

    @Option(
            names = "--pooling",
            paramLabel = "P",
            defaultValue = "mean",
            description = "How the states of the tokens become one vector: last, mean or max (${DEFAULT-VALUE}).")
    private String pooling;

    @Option(
            names = "--tokenizer",
            paramLabel = "T",
            defaultValue = "whitespace",
            description = "With --file: how text becomes tokens, whitespace, words or characters (${DEFAULT-VALUE}).")
    private String tokenizer;

    @Override
    public Integer call() {
        Pooling chosen;
        try {
            chosen = Pooling.named(pooling);
        } catch (IllegalArgumentException e) {
            throw new CommandFailedException(e.getMessage(), ExitCodes.USAGE);
        }
        if (source.isState() || source.isInstance() == (snapshot != null)) {
            throw new CommandFailedException("name the network: --snapshot DIR or --instance URL", ExitCodes.USAGE);
        }
        if (source.isInstance()) {
            encodeThere(chosen);
        } else {
            encodeHere(chosen);
        }
        return ExitCodes.OK;
    }

    private void encodeThere(Pooling chosen) {
        if (input.text == null) {
            throw new CommandFailedException("--instance encodes --text; for a file give --snapshot", 2);
        }
        Map<String, String> query = new LinkedHashMap<>();
        query.put("text", input.text);
        query.put("pooling", chosen.name());
        JsonNode answer = PlainJson.read(source.ask("/v1/encode", query));
        PrintWriter out = spec.commandLine().getOut();
        out.println(answer);
        out.flush();
    }

    private void encodeHere(Pooling chosen) {
        try {
            var opened = SnapshotFolder.read(snapshot);
            Network network = opened.network();
            NetworkReader reader = network.reader();
            if (input.text != null) {
                DocumentTokens document =
                        DocumentTokens.of(List.of(List.of(input.text.strip().split("\\s+"))));
                print(
                        "text",
                        opened.version(),
                        reader.encode(network.vocabulary().encode(document), chosen));
                return;
            }
            try (CorpusReader corpus = CorpusReader.open(input.file)) {
                Iterator<CorpusDocument> documents = corpus.documents(Tokenizers.named(tokenizer));
                while (documents.hasNext()) {
                    CorpusDocument document = documents.next();
                    int[] tokens = network.vocabulary().encode(DocumentTokens.of(document.sentences()));
                    print(document.id(), opened.version(), reader.encode(tokens, chosen));
                }
            }
        } catch (IOException | IllegalArgumentException e) {
            throw new CommandFailedException(e.getMessage());
        }
    }

    private void print(String id, String version, float[] vector) {
        PrintWriter out = spec.commandLine().getOut();
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("id", id);
        fields.put("snapshot_version", version);
        fields.put("vector", vector);
        out.println(PlainJson.line(fields));
        out.flush();
    }
}
