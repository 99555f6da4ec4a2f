package dev.driftline.cli.train;

import dev.driftline.cli.offline.CorpusText;
import dev.driftline.cli.options.FormatOption;
import dev.driftline.cli.options.GivenOptions;
import dev.driftline.cli.options.OutputPath;
import dev.driftline.corpus.CorpusDocument;
import dev.driftline.corpus.WordList;
import dev.driftline.neural.Cell;
import dev.driftline.neural.Network;
import dev.driftline.neural.NeuralVocabulary;
import dev.driftline.neural.online.VocabularyTurnover;
import dev.driftline.neural.snapshot.Provenance;
import dev.driftline.neural.snapshot.Snapshot;
import dev.driftline.neural.snapshot.SnapshotFolder;
import dev.driftline.neural.snapshot.SnapshotManifest;
import dev.driftline.neural.snapshot.SnapshotVersion;
import dev.driftline.neural.training.OfflineTraining;
import dev.driftline.neural.training.TrainingSettings;
import dev.driftline.scoring.DocumentTokens;
import dev.driftline.terminal.CommandFailedException;
import dev.driftline.terminal.CtrlC;
import dev.driftline.terminal.ExitCodes;
import dev.driftline.terminal.PlainJson;
import dev.driftline.terminal.Screen;
import dev.driftline.text.Tokenizers;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code driftline train}: trains a network on the text of files. */
@Command(
        name = "train",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Train a network on the text of files, without Kafka, and write it as a snapshot.",
            "Files are as for `driftline produce`. With a validation file, the training ends when "
                    + "the network no longer predicts that file better, and the best network is written; "
                    + "Ctrl-C ends it early and keeps the best so far."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  driftline train brown.tsv --validation held-out.tsv --output brown-lstm",
            "  driftline train names.txt --tokenizer characters --size 128 --epochs 30 --output names",
            "  driftline train brown.tsv --attribute source --output by-genre",
            "  driftline train more.tsv --initial brown-lstm --epochs 2 --learning-rate 0.0005 --output brown-lstm-2"
        })
public final class TrainCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "FILE", arity = "1..*", description = "The text to train on.")
    private List<Path> files;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "DIR",
            required = true,
            description = "The snapshot to write: a folder, or one file if it ends in .safetensors.")
    private Path output;

    @Option(names = "--overwrite", description = "Replace what is at --output. Default: refuse to.")
    private boolean overwrite;

    @Option(
            names = "--model",
            paramLabel = "NAME",
            description = "The architecture: lstm, gru, rnn or window. Default: lstm, or that of --initial.")
    private @Nullable String model;

    @Option(
            names = "--initial",
            paramLabel = "DIR",
            description = "Continue from this snapshot, with its architecture and vocabulary.")
    private @Nullable Path initial;

    @Mixin
    private NetworkOptions network;

    @Option(
            names = "--tokenizer",
            paramLabel = "NAME",
            description = "How raw text becomes tokens: " + Tokenizers.GRAMMAR + ". Default: words, or the tokens of"
                    + " --initial.")
    private @Nullable String tokenizer;

    @Mixin
    private FormatOption format;

    @Option(
            names = "--attribute",
            paramLabel = "NAME",
            description =
                    "Begin each document with this attribute, so that `driftline generate --attribute NAME=VALUE` can"
                            + " ask for it: source, or an attribute of a .jsonl file.")
    private @Nullable String attribute;

    @Option(
            names = "--vocabulary",
            paramLabel = "FILE",
            description =
                    "The words that get rows, one a line, the most frequent first. Default: the words of the text.")
    private @Nullable Path vocabulary;

    @Option(
            names = "--vocabulary-size",
            paramLabel = "N",
            description = "The most rows, 3 or more; the most frequent words get them. Default: ${DEFAULT-VALUE}.")
    private int vocabularySize = 16_000;

    @Option(
            names = "--min-count",
            paramLabel = "N",
            description =
                    "How often a word must occur in the text to get a row, 1 or more. With 1 no token is <unk> during training,"
                            + " so that the network never learns what to expect of new words. Default: 2, and 1 with"
                            + " --tokenizer characters.")
    private @Nullable Integer minCount;

    @Option(
            names = "--validation",
            paramLabel = "FILE",
            description = "Text that decides when to stop, and which network is the best. Repeatable.")
    private List<Path> validation = List.of();

    @Option(
            names = "--epochs",
            paramLabel = "N",
            description = "The most passes over the text, 1 or more. Default: ${DEFAULT-VALUE}.")
    private int epochs = 10;

    @Option(
            names = "--patience",
            paramLabel = "N",
            description =
                    "Stop after this many epochs in a row, 1 or more, that have not lowered the validation perplexity; each of them"
                            + " halves the learning rate. Default: ${DEFAULT-VALUE}.")
    private int patience = 3;

    @Option(names = "--json", description = "Print the result as one JSON object.")
    private boolean json;

    @Override
    public Integer call() throws IOException {
        OutputPath.check("--output", output, overwrite);
        SnapshotFolder.requireWritable(output);
        refuseWhatHasNoEffect();
        Optional<Snapshot> parent = initial == null ? Optional.empty() : Optional.of(SnapshotFolder.read(initial));
        OfflineTraining.Schedule schedule = schedule();
        TrainingSettings settings = network.training();
        String tokens = tokens(parent);
        List<CorpusDocument> text = read(files, tokens);
        List<CorpusDocument> heldOut = read(validation, tokens);
        if (text.isEmpty()) {
            throw new CommandFailedException("there is no document in "
                    + files.stream().map(Path::toString).collect(Collectors.joining(", ")));
        }
        Network start = start(parent, text, tokens);
        List<int[]> encoded = encode(start.vocabulary(), text);
        List<int[]> encodedHeldOut = encode(start.vocabulary(), heldOut);
        double unknownShare = unknownShare(encoded);
        Thread training = Thread.currentThread();
        try (CtrlC ctrlC = CtrlC.then(training::interrupt);
                Screen screen = Screen.on(spec.commandLine().getErr())) {
            screen.line(String.format(
                    Locale.ROOT,
                    "%s of %,d words, %,d numbers; %,d tokens to learn (%.2f %% <unk>)%s",
                    start.model(),
                    start.vocabulary().size(),
                    start.parameters().count(),
                    OfflineTraining.tokens(encoded),
                    100 * unknownShare,
                    heldOut.isEmpty()
                            ? ""
                            : String.format(
                                    Locale.ROOT, ", %,d to validate with", OfflineTraining.tokens(encodedHeldOut))));
            OfflineTraining.Outcome outcome = new OfflineTraining(settings, schedule)
                    .run(start, encoded, encodedHeldOut, new TrainingProgress(screen, epochs, !heldOut.isEmpty()));
            Snapshot snapshot = new Snapshot(
                    manifest(outcome, settings, parent, tokens, text.size(), unknownShare), outcome.network());
            SnapshotFolder.write(snapshot, output);
            screen.clear();
            TrainingOutput made = new TrainingOutput(output, snapshot, outcome);
            PrintWriter out = spec.commandLine().getOut();
            if (json) {
                out.println(PlainJson.pretty(made.json()));
            } else {
                made.print(out);
            }
            out.flush();
            return ctrlC.pressed() || outcome.interrupted() ? ExitCodes.INTERRUPTED : ExitCodes.OK;
        }
    }

    private List<CorpusDocument> read(List<Path> from, String tokens) throws IOException {
        List<CorpusDocument> documents = CorpusText.read(from, format::open, Tokenizers.named(tokens));
        if (attribute == null) {
            return documents;
        }
        DocumentAttribute first = new DocumentAttribute(attribute);
        first.requireIn(documents);
        return documents.stream().map(first::before).toList();
    }

    private void refuseWhatHasNoEffect() {
        GivenOptions.of(spec)
                .only(
                        initial == null,
                        "without --initial, which has its own architecture and vocabulary",
                        "--size",
                        "--layers",
                        "--window",
                        "--dropout",
                        "--cutoffs",
                        "--untied",
                        "--vocabulary",
                        "--vocabulary-size",
                        "--min-count")
                .only(Cell.WINDOW.label().equals(model), "with --model window", "--window")
                .only(vocabulary == null, "without --vocabulary", "--min-count")
                .only(!validation.isEmpty(), "with --validation", "--patience");
    }

    private OfflineTraining.Schedule schedule() {
        try {
            return new OfflineTraining.Schedule(epochs, patience, 0);
        } catch (IllegalArgumentException e) {
            throw usage(String.valueOf(e.getMessage()));
        }
    }

    /** The name of the tokenizer. */
    private String tokens(Optional<Snapshot> parent) {
        String of = parent.map(snapshot -> snapshot.manifest().tokenizer()).orElse(Tokenizers.WORDS);
        String named = tokenizer == null ? of : tokenizer;
        try {
            named = Tokenizers.recorded(named);
            Tokenizers.named(named);
        } catch (IllegalArgumentException e) {
            throw usage("--tokenizer: " + e.getMessage());
        }
        if (parent.isPresent() && Tokenizers.cutsCharacters(named) != Tokenizers.cutsCharacters(of)) {
            throw usage("--tokenizer " + named + ": " + initial + " was trained on " + of);
        }
        return named;
    }

    private Network start(Optional<Snapshot> parent, List<CorpusDocument> text, String tokens) throws IOException {
        if (parent.isPresent()) {
            Network initialNetwork = parent.get().network();
            if (model != null && !model.equals(initialNetwork.model())) {
                throw usage("--model " + model + ": " + initial + " is a " + initialNetwork.model());
            }
            return initialNetwork;
        }
        Cell cell;
        try {
            cell = Cell.named(model == null ? Cell.LSTM.label() : model);
        } catch (IllegalArgumentException e) {
            throw usage("--model: " + e.getMessage());
        }
        return Network.random(network.architecture(cell), vocabulary(text, tokens), network.seed());
    }

    private NeuralVocabulary vocabulary(List<CorpusDocument> text, String tokens) throws IOException {
        if (vocabulary != null) {
            List<String> words = WordList.read(vocabulary);
            if (words.isEmpty()) {
                throw usage("--vocabulary " + vocabulary + ": there is no word in the file");
            }
            return VocabularyTurnover.fixed(words, vocabularySize);
        }
        Map<String, Integer> counts = new HashMap<>();
        for (CorpusDocument document : text) {
            document.sentences().forEach(sentence -> sentence.forEach(word -> counts.merge(word, 1, Integer::sum)));
        }
        int least = minCount != null ? minCount : Tokenizers.cutsCharacters(tokens) ? 1 : 2;
        return new VocabularyTurnover(vocabularySize, least, 2).first(counts);
    }

    private static List<int[]> encode(NeuralVocabulary vocabulary, List<CorpusDocument> documents) {
        return documents.stream()
                .map(document -> vocabulary.encode(DocumentTokens.of(document.sentences())))
                .toList();
    }

    private static double unknownShare(List<int[]> documents) {
        long unknown = 0;
        for (int[] document : documents) {
            for (int token : document) {
                unknown += token == NeuralVocabulary.UNKNOWN ? 1 : 0;
            }
        }
        return (double) unknown / OfflineTraining.tokens(documents);
    }

    private SnapshotManifest manifest(
            OfflineTraining.Outcome outcome,
            TrainingSettings settings,
            Optional<Snapshot> parent,
            String tokens,
            long documents,
            double unknownShare) {
        Provenance provenance = Provenance.ofEpochs(settings, outcome.epochs().size(), outcome.interrupted());
        provenance.metric(Provenance.TRAINING_SECONDS, outcome.seconds());
        provenance.metric(Provenance.UNKNOWN_SHARE, unknownShare);
        if (!outcome.epochs().isEmpty()) {
            OfflineTraining.Epoch last = outcome.epochs().get(outcome.epochs().size() - 1);
            provenance.metric(Provenance.TRAINING_BITS, log2(last.trainingPerplexity()));
        }
        if (!Double.isNaN(outcome.validationPerplexity())) {
            provenance.metric(Provenance.VALIDATION_BITS, log2(outcome.validationPerplexity()));
        }
        provenance.saw(documents, outcome.tokens());
        Network trained = outcome.network();
        parent.ifPresent(snapshot -> provenance.text(snapshot.manifest().text()));
        return provenance.manifest(
                parent.map(from -> SnapshotVersion.next(from.version(), trained))
                        .orElseGet(() -> SnapshotVersion.first(trained)),
                parent.map(Snapshot::version).orElse(null),
                trained,
                tokens);
    }

    private static double log2(double value) {
        return Math.log(value) / Math.log(2);
    }

    private ParameterException usage(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
