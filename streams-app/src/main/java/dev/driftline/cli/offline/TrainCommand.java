package dev.driftline.cli.offline;

import dev.driftline.corpus.CorpusDocument;
import dev.driftline.corpus.CorpusFormat;
import dev.driftline.neural.AttributeToken;
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
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code driftline train}: teaches a network the text of files. */
@Command(
        name = "train",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Train a network on the text of files, without Kafka, and write it as a snapshot.",
            "Files are as for `driftline produce`. With a validation file, the training ends when the network no longer",
            "predicts that file better, and the best network is written; Ctrl-C ends it early and keeps the best so far."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  driftline train brown.tsv --validation held-out.tsv --output brown-lstm",
            "  driftline train names.txt --tokenizer characters --size 128 --epochs 30 --output names",
            "  driftline train brown.tsv --attribute source --output by-genre",
            "  driftline train more.tsv --initial brown-lstm --epochs 2 --learning-rate 0.0005 --output brown-lstm-2"
        })
public final class TrainCommand implements Callable<Integer> {

    private static final String SOURCE = "source";
    private static final long LIVE_NANOS = 250_000_000L;
    private static final long PRINTED_NANOS = 10_000_000_000L;

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "FILE", arity = "1..*", description = "The text to learn.")
    private List<Path> files;

    @Option(
            names = "--output",
            paramLabel = "DIR",
            required = true,
            description = "Where the snapshot goes: a folder, or one file if it ends in .safetensors.")
    private Path output;

    @Option(
            names = "--model",
            paramLabel = "NAME",
            description = "lstm, gru, rnn or window. Default: lstm, or that of --initial.")
    private String model;

    @Option(
            names = "--initial",
            paramLabel = "DIR",
            description = "Go on from this snapshot, with its architecture and vocabulary.")
    private Path initial;

    @Mixin
    private NetworkOptions network;

    @Option(
            names = "--tokenizer",
            paramLabel = "NAME",
            description = "How raw text becomes tokens: whitespace, words or characters. Default: words, or what"
                    + " --initial was taught.")
    private String tokenizer;

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            description = "tsv, lines, whole_file or jsonl, whatever the files are called.")
    private CorpusFormat format;

    @Option(
            names = "--attribute",
            paramLabel = "NAME",
            description =
                    "Begin each document with what it is, so that `driftline generate --attribute NAME=VALUE` can ask"
                            + " for it: source, or an attribute of a .jsonl file.")
    private String attribute;

    @Option(
            names = "--vocabulary",
            paramLabel = "FILE",
            description = "The words that get rows, one a line, the most frequent first. Default: those of the text.")
    private Path vocabulary;

    @Option(
            names = "--vocabulary-size",
            paramLabel = "N",
            description = "The most rows; the most frequent words get them. Default: ${DEFAULT-VALUE}.")
    private int vocabularySize = 16_000;

    @Option(
            names = "--min-count",
            paramLabel = "N",
            description =
                    "How often a word must be in the text to get a row: with 1 no token is <unk> while it learns, so"
                            + " that it never learns what to expect of new words. Default: 2, and 1 with --tokenizer characters.")
    private Integer minCount;

    @Option(
            names = "--validation",
            paramLabel = "FILE",
            description = "Text that says when to stop, and which network is the best. Repeatable.")
    private List<Path> validation = List.of();

    @Option(
            names = "--epochs",
            paramLabel = "N",
            description = "The most passes over the text. Default: ${DEFAULT-VALUE}.")
    private int epochs = 10;

    @Option(
            names = "--patience",
            paramLabel = "N",
            description =
                    "Stop when this many epochs in a row have not made the validation text cheaper; each of them halves"
                            + " the learning rate. Default: ${DEFAULT-VALUE}.")
    private int patience = 3;

    @Option(names = "--json", description = "Print what came of it as one JSON object.")
    private boolean json;

    private long drawn = System.nanoTime();
    private double bestValidation = Double.NaN;

    @Override
    public Integer call() throws IOException {
        Snapshot parent = initial == null ? null : SnapshotFolder.read(initial);
        OfflineTraining.Schedule schedule = schedule();
        TrainingSettings settings = network.training();
        String tokens = tokens(parent);
        List<CorpusDocument> text = read(files, tokens);
        List<CorpusDocument> heldOut = read(validation, tokens);
        if (text.isEmpty()) {
            throw new CommandFailedException("there is no document in " + files);
        }
        Network start = start(parent, text, tokens);
        List<int[]> encoded = encode(start.vocabulary(), text);
        List<int[]> encodedHeldOut = encode(start.vocabulary(), heldOut);
        Thread teaching = Thread.currentThread();
        try (CtrlC ctrlC = CtrlC.then(teaching::interrupt);
                Screen screen = Screen.on(spec.commandLine().getErr())) {
            screen.line(String.format(
                    Locale.ROOT,
                    "%s of %,d words, %,d numbers; %,d tokens to learn (%.2f %% <unk>)%s",
                    start.model(),
                    start.vocabulary().size(),
                    start.parameters().count(),
                    OfflineTraining.tokens(encoded),
                    100 * unknownShare(encoded),
                    heldOut.isEmpty()
                            ? ""
                            : String.format(
                                    Locale.ROOT, ", %,d to validate with", OfflineTraining.tokens(encodedHeldOut))));
            OfflineTraining.Outcome outcome =
                    new OfflineTraining(settings, schedule).run(start, encoded, encodedHeldOut, new Shown(screen));
            Snapshot snapshot = new Snapshot(
                    manifest(outcome, settings, parent, tokens, text.size(), unknownShare(encoded)), outcome.network());
            SnapshotFolder.write(snapshot, output);
            screen.clear();
            report(snapshot, outcome);
            return ctrlC.pressed() || outcome.interrupted() ? ExitCodes.INTERRUPTED : ExitCodes.OK;
        }
    }

    private List<CorpusDocument> read(List<Path> from, String tokens) throws IOException {
        List<CorpusDocument> documents = CorpusText.read(from, format, Tokenizers.named(tokens));
        return attribute == null
                ? documents
                : documents.stream().map(this::withAttribute).toList();
    }

    /** The attribute as the first token, where the document has it. */
    private CorpusDocument withAttribute(CorpusDocument document) {
        String value = attribute.equals(SOURCE)
                ? document.source()
                : document.attributes().get(attribute);
        if (value == null) {
            return document;
        }
        List<List<String>> sentences = new ArrayList<>(document.sentences());
        List<String> first = new ArrayList<>();
        first.add(AttributeToken.of(attribute, value));
        if (!sentences.isEmpty()) {
            first.addAll(sentences.get(0));
            sentences.remove(0);
        }
        sentences.add(0, first);
        return new CorpusDocument(document.id(), document.source(), sentences, document.learn(), document.attributes());
    }

    private OfflineTraining.Schedule schedule() {
        try {
            return new OfflineTraining.Schedule(epochs, patience, 0);
        } catch (IllegalArgumentException e) {
            throw usage(e.getMessage());
        }
    }

    /** The tokenizer, by which the manifest says what a token is. */
    private String tokens(Snapshot parent) {
        String of = parent == null ? Tokenizers.WORDS : parent.manifest().tokens();
        String named = tokenizer == null ? of : tokenizer;
        if (!Tokenizers.names().contains(named)) {
            throw usage("--tokenizer '" + named + "' is not one of " + String.join(", ", Tokenizers.names()));
        }
        if (parent != null && named.equals(Tokenizers.CHARACTERS) != of.equals(Tokenizers.CHARACTERS)) {
            throw usage("--tokenizer " + named + ": " + initial + " was taught " + of);
        }
        return named;
    }

    private Network start(Snapshot parent, List<CorpusDocument> text, String tokens) throws IOException {
        if (parent != null) {
            if (model != null && !model.equals(parent.network().model())) {
                throw usage("--model " + model + ": " + initial + " is a "
                        + parent.network().model());
            }
            if (vocabulary != null) {
                throw usage("--vocabulary cannot be given with --initial, which has its own");
            }
            return parent.network();
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
        if (vocabularySize < 3) {
            throw usage("--vocabulary-size " + vocabularySize + " is not 3 or more: <unk> and </s> take two");
        }
        if (vocabulary != null) {
            try (Stream<String> lines = Files.lines(vocabulary, StandardCharsets.UTF_8)) {
                List<String> words = lines.map(String::strip)
                        .filter(word -> !word.isEmpty())
                        .distinct()
                        .toList();
                return VocabularyTurnover.fixed(words, vocabularySize);
            }
        }
        Map<String, Integer> counts = new HashMap<>();
        for (CorpusDocument document : text) {
            document.sentences().forEach(sentence -> sentence.forEach(word -> counts.merge(word, 1, Integer::sum)));
        }
        int least = minCount != null ? minCount : tokens.equals(Tokenizers.CHARACTERS) ? 1 : 2;
        if (least < 1) {
            throw usage("--min-count " + least + " is not 1 or more");
        }
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
            Snapshot parent,
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
        Network taught = outcome.network();
        return provenance.manifest(
                parent == null ? SnapshotVersion.first(taught) : SnapshotVersion.next(parent.version(), taught),
                parent == null ? null : parent.version(),
                taught,
                tokens.equals(Tokenizers.CHARACTERS) ? tokens : Tokenizers.WORDS);
    }

    private static double log2(double value) {
        return Math.log(value) / Math.log(2);
    }

    private ParameterException usage(String message) {
        return new ParameterException(spec.commandLine(), message);
    }

    // ---------------------------------------------------------------- what is shown

    private final class Shown implements OfflineTraining.Listener {

        private final Screen screen;

        Shown(Screen screen) {
            this.screen = screen;
        }

        @Override
        public void progress(OfflineTraining.Progress progress) {
            long now = System.nanoTime();
            if (now - drawn < (screen.live() ? LIVE_NANOS : PRINTED_NANOS)) {
                return;
            }
            drawn = now;
            long left = progress.epochTokens() * (epochs - progress.epoch() + 1) - progress.tokens();
            String line = String.format(
                    Locale.ROOT,
                    "epoch %d of %s%d, %d %%: %,.0f tokens/s, perplexity so far %s%s, %s left",
                    progress.epoch(),
                    validation.isEmpty() ? "" : "at most ",
                    epochs,
                    100 * progress.tokens() / progress.epochTokens(),
                    progress.tokensPerSecond(),
                    Double.isNaN(progress.perplexity())
                            ? "-"
                            : String.format(Locale.ROOT, "%.1f", progress.perplexity()),
                    Double.isNaN(bestValidation)
                            ? ""
                            : String.format(Locale.ROOT, ", best validation %.2f", bestValidation),
                    time(left / progress.tokensPerSecond()));
            if (screen.live()) {
                screen.block(List.of(line));
            } else {
                screen.line(line);
            }
        }

        @Override
        public void finished(OfflineTraining.Epoch epoch) {
            boolean validated = !Double.isNaN(epoch.validationPerplexity());
            if (epoch.best() && validated) {
                bestValidation = epoch.validationPerplexity();
            }
            screen.line(String.format(
                    Locale.ROOT,
                    "epoch %d: training perplexity %.2f%s, learning rate %.3g, %s",
                    epoch.number(),
                    epoch.trainingPerplexity(),
                    validated
                            ? String.format(
                                    Locale.ROOT,
                                    ", validation %.2f%s",
                                    epoch.validationPerplexity(),
                                    epoch.best() ? " (best)" : "")
                            : "",
                    epoch.learningRate(),
                    time(epoch.seconds())));
        }
    }

    private static String time(double seconds) {
        if (!(seconds < 360_000)) {
            return "-";
        }
        Duration duration = Duration.ofSeconds(Math.round(seconds));
        return duration.toHours() > 0
                ? String.format(
                        Locale.ROOT,
                        "%d:%02d:%02d",
                        duration.toHours(),
                        duration.toMinutesPart(),
                        duration.toSecondsPart())
                : String.format(Locale.ROOT, "%d:%02d", duration.toMinutes(), duration.toSecondsPart());
    }

    private void report(Snapshot snapshot, OfflineTraining.Outcome outcome) {
        PrintWriter out = spec.commandLine().getOut();
        double speed = outcome.tokens() / outcome.seconds();
        if (json) {
            Map<String, Object> object = new LinkedHashMap<>();
            object.put("output", output.toString());
            object.put("version", snapshot.version());
            object.put("parent", snapshot.manifest().parent());
            object.put("model", snapshot.network().model());
            object.put("vocabulary", snapshot.network().vocabulary().size());
            object.put("parameters", snapshot.network().parameters().count());
            object.put("complete", !outcome.interrupted());
            object.put("tokens_taught", outcome.tokens());
            object.put("seconds", outcome.seconds());
            object.put("tokens_per_second", speed);
            object.put("validation_perplexity", finite(outcome.validationPerplexity()));
            object.put(
                    "epochs",
                    outcome.epochs().stream().map(TrainCommand::fields).toList());
            out.println(PlainJson.pretty(object));
        } else {
            out.printf(
                    Locale.ROOT,
                    "%s%s: %,d tokens taught in %s, %,.0f a second%s%n",
                    outcome.interrupted() ? "Stopped; this is the best so far. " : "",
                    snapshot.version(),
                    outcome.tokens(),
                    time(outcome.seconds()),
                    speed,
                    Double.isNaN(outcome.validationPerplexity())
                            ? ""
                            : String.format(
                                    Locale.ROOT, ", validation perplexity %.2f", outcome.validationPerplexity()));
            out.printf(Locale.ROOT, "The snapshot: %s%n", output);
        }
        out.flush();
    }

    private static Map<String, Object> fields(OfflineTraining.Epoch epoch) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("epoch", epoch.number());
        fields.put("learning_rate", epoch.learningRate());
        fields.put("training_perplexity", finite(epoch.trainingPerplexity()));
        fields.put("validation_perplexity", finite(epoch.validationPerplexity()));
        fields.put("best", epoch.best());
        fields.put("seconds", epoch.seconds());
        return fields;
    }

    private static Object finite(double value) {
        return Double.isFinite(value) ? value : null;
    }
}
