package dev.driftline.cli.offline;

import dev.driftline.corpus.CorpusDocument;
import dev.driftline.corpus.CorpusFormat;
import dev.driftline.corpus.CorpusReader;
import dev.driftline.evaluation.DriftEvaluation;
import dev.driftline.evaluation.EvaluatedNetwork;
import dev.driftline.evaluation.Evaluation;
import dev.driftline.evaluation.EvaluationReport;
import dev.driftline.evaluation.ModelResult;
import dev.driftline.evaluation.NetworkRound;
import dev.driftline.mixture.DocumentScore;
import dev.driftline.mixture.MixtureSettings;
import dev.driftline.neural.online.Round;
import dev.driftline.ngram.HeapPageStore;
import dev.driftline.scoring.LocalModel;
import dev.driftline.scoring.ModelSettings;
import dev.driftline.terminal.CommandFailedException;
import dev.driftline.terminal.CtrlC;
import dev.driftline.terminal.ExitCodes;
import dev.driftline.terminal.PlainJson;
import dev.driftline.terminal.Printable;
import dev.driftline.terminal.Screen;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code driftline evaluate}: the whole model over a file, in this process. */
@Command(
        name = "evaluate",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Score every document of a file before learning from it, without Kafka, and print its cost under each model.",
            "This is what the service does. The models are the n-gram orders, the caches (each mixed with the top order), a",
            "network where --model or --snapshot asks for one, and the mixture.",
            "Files are as for `driftline produce`. Perplexity is per token, </s> included; the last 20 %% are the documents",
            "before which 80 %% of the words have come; known leaves the tokens out that were <unk>; bits per character",
            "spell new words out and count one separator a word."
        },
        footerHeading = "%nExample:%n",
        footer = {
            "  driftline evaluate brown.docs.tsv --order 5 --per-document scores.tsv",
            "  driftline evaluate brown.docs.tsv --vocabulary fixed:words.txt --smoothing witten-bell --json",
            "  driftline evaluate brown.docs.tsv --split 800000,200000 --merge-rare 3 --model window,rnn,lstm",
            "  driftline evaluate brown.docs.tsv --drift --one-source brown --cut 500",
            "  driftline evaluate brown.docs.tsv --model lstm --set neural.size=128 --set neural.train.passes=3"
        })
public final class EvaluateCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "FILE", description = "The corpus.")
    private Path file;

    @Mixin
    private NgramModelOptions ngrams;

    @Option(
            names = "--per-document",
            paramLabel = "OUT.tsv",
            description = "Also write a line a document: id, key, tokens, unknown, -log2 p in bits under each model.")
    private Path perDocument;

    @Option(
            names = "--state",
            paramLabel = "DIR",
            description =
                    "Keep the model in this folder (RocksDB), and go on from what is in it; `driftline generate` and "
                            + "`driftline counts` read it. Default: in memory.")
    private Path state;

    @Option(
            names = "--shards",
            paramLabel = "N",
            description = "Split the counts as the service would, asked in turn here. Default: ${DEFAULT-VALUE}.")
    private int shards = 1;

    @Mixin
    private CorpusOptions corpus;

    @Mixin
    private EvaluatedNetworkOptions neural;

    @Mixin
    private SplitOptions split;

    @Mixin
    private DriftOptions drift;

    @Option(names = "--json", description = "Print one JSON object; an infinite perplexity is the string \"Infinity\".")
    private boolean json;

    private double mixtureBits;
    private Screen shownOn;
    private Optional<EvaluatedNetworkOptions.Evaluated> network = Optional.empty();

    @Override
    public Integer call() throws IOException {
        ModelSettings settings = settings();
        if (split.given()) {
            return split();
        }
        network = neural.network(ngrams.vocabulary(), this::round, this::taught);
        MixtureSettings mixture = network.map(evaluated -> MixtureSettings.defaults(
                                settings.order(), settings.smoothing().label())
                        .withNeural(evaluated.model()))
                .orElseGet(() -> MixtureSettings.defaults(
                        settings.order(), settings.smoothing().label()));
        Optional<EvaluatedNetwork> evaluatedNetwork = network.map(EvaluatedNetworkOptions.Evaluated::network);
        Optional<DriftEvaluation> watching = drift.evaluation();
        // What is wrong with an option is said before anything is opened.
        corpus.tokenizer();
        CorpusFormat fileFormat = corpus.format(file);
        long cacheBytes = Math.max(64L << 20, Runtime.getRuntime().maxMemory() / 3);
        Thread evaluating = Thread.currentThread();
        // A round of fine-tuning takes long; without a network a document does not.
        try (CtrlC ctrlC = CtrlC.then(() -> network.ifPresent(evaluated -> evaluating.interrupt()));
                Screen screen = Screen.on(spec.commandLine().getErr());
                CorpusReader reader = CorpusReader.open(file, fileFormat)) {
            shownOn = screen;
            EvaluationReport report;
            if (state == null) {
                LocalModel model = new LocalModel(settings, shards, shard -> new HeapPageStore(), cacheBytes);
                report = run(
                        reader,
                        new Evaluation(model, mixture, new HeapPageStore(), evaluatedNetwork, watching),
                        screen,
                        ctrlC);
            } else {
                try (StateFolder folder = StateFolder.open(state, settings, shards, cacheBytes)) {
                    Evaluation evaluation =
                            new Evaluation(folder.model(), mixture, folder.sources(), evaluatedNetwork, watching);
                    try {
                        report = run(reader, evaluation, screen, ctrlC);
                    } finally {
                        // A malformed line ends the run; what came before it has been learned.
                        evaluation.writeBack();
                    }
                }
            }
            Thread.interrupted();
            screen.clear();
            PrintWriter out = spec.commandLine().getOut();
            if (json) {
                out.println(PlainJson.pretty(json(report, settings, ctrlC.pressed())));
            } else {
                print(out, report, settings, ctrlC.pressed());
            }
            out.flush();
            return ctrlC.pressed() ? ExitCodes.INTERRUPTED : ExitCodes.OK;
        }
    }

    private int split() throws IOException {
        if (state != null
                || perDocument != null
                || shards != 1
                || !ngrams.vocabulary().equals("growing")) {
            throw usage("--state, --per-document, --shards and --vocabulary cannot be given with --split");
        }
        if (!ngrams.smoothing().equals("kneser-ney")) {
            throw usage("--smoothing " + ngrams.smoothing() + ": --split compares with kneser-ney");
        }
        List<CorpusDocument> documents = CorpusText.read(List.of(file), corpus.format(file), corpus.tokenizer());
        List<String> models =
                neural.model() == null ? List.of() : List.of(neural.model().split(","));
        Thread evaluating = Thread.currentThread();
        try (CtrlC ctrlC = CtrlC.then(evaluating::interrupt);
                Screen screen = Screen.on(spec.commandLine().getErr())) {
            split.run(
                    documents.subList(0, (int) Math.min(corpus.limit(), documents.size())),
                    ngrams.order(),
                    models,
                    neural::settings,
                    screen,
                    spec.commandLine().getOut(),
                    json);
            return ctrlC.pressed() ? ExitCodes.INTERRUPTED : ExitCodes.OK;
        }
    }

    private ModelSettings settings() throws IOException {
        if (shards < 1 || shards > 1024) {
            throw usage("--shards " + shards + " is not between 1 and 1024");
        }
        corpus.limit();
        return ngrams.settings();
    }

    private ParameterException usage(String message) {
        return new ParameterException(spec.commandLine(), message);
    }

    private EvaluationReport run(CorpusReader reader, Evaluation evaluation, Screen screen, CtrlC ctrlC)
            throws IOException {
        if (perDocument == null) {
            run(reader, evaluation, null, screen, ctrlC);
        } else {
            try (PrintWriter rows = new PrintWriter(Files.newBufferedWriter(perDocument, StandardCharsets.UTF_8))) {
                rows.println("id\tkey\ttokens\tunknown\t" + String.join("\t", evaluation.models()));
                run(reader, evaluation, rows, screen, ctrlC);
                if (rows.checkError()) {
                    throw new CommandFailedException("cannot write to " + perDocument + ": is the disk full?");
                }
            }
        }
        return evaluation.report();
    }

    private void run(CorpusReader reader, Evaluation evaluation, PrintWriter rows, Screen screen, CtrlC ctrlC) {
        EvaluationProgress progress = new EvaluationProgress(screen, reader, evaluation);
        corpus.each(file, reader, ctrlC::pressed, screen, (entry, document) -> {
            for (CorpusDocument piece : drift.pieces(document)) {
                DocumentScore score = evaluation.add(piece);
                mixtureBits += score.bits(MixtureSettings.MIXTURE);
                if (rows != null) {
                    write(rows, piece, score);
                }
            }
            progress.done(mixtureBits);
        });
    }

    private static void write(PrintWriter rows, CorpusDocument document, DocumentScore score) {
        rows.print(Printable.escape(document.id()));
        rows.print('\t');
        rows.print(Printable.escape(document.source()));
        rows.print('\t');
        rows.print(score.tokens());
        rows.print('\t');
        rows.print(score.unknown());
        for (double bits : score.bits()) {
            rows.print('\t');
            rows.print(Double.isFinite(bits) ? String.format(Locale.ROOT, "%.6f", bits) : Double.toString(bits));
        }
        rows.println();
    }

    private void round(Round round) {
        shownOn.line(round.describe());
    }

    private void taught(long tokens) {
        if (shownOn.live()) {
            shownOn.block(
                    List.of(String.format(Locale.ROOT, "fine-tuning the network: %,d tokens of this pass", tokens)));
        }
    }

    private void print(PrintWriter out, EvaluationReport report, ModelSettings settings, boolean stopped) {
        if (stopped) {
            out.println("Stopped; this is what came before.");
        }
        out.printf(
                Locale.ROOT,
                "%,d documents, %,d tokens with </s>, %,d unknown (%.2f %%), %,.0f tokens/s%s%n",
                report.documents(),
                report.tokens(),
                report.unknown(),
                report.tokens() == 0 ? 0.0 : 100.0 * report.unknown() / report.tokens(),
                report.tokensPerSecond(),
                corpus.malformed() == 0
                        ? ""
                        : String.format(Locale.ROOT, "; %,d malformed lines passed over", corpus.malformed()));
        out.println();
        boolean isDistribution = settings.smoothing().isDistribution();
        if (!isDistribution) {
            out.printf(
                    Locale.ROOT,
                    "%s gives scores that do not sum to 1, so there is no perplexity.%n%n",
                    ngrams.smoothing());
            out.printf(Locale.ROOT, "%-26s %s%n", "", "mean -log2 score of a token");
            out.printf(Locale.ROOT, "%-26s %10s %12s%n", "", "all", "last 20 %");
        } else {
            out.printf(Locale.ROOT, "%-26s %23s   %23s %11s%n", "", "perplexity", "known tokens alone", "bits per");
            out.printf(
                    Locale.ROOT,
                    "%-26s %10s %12s   %10s %12s %11s%n",
                    "",
                    "all",
                    "last 20 %",
                    "all",
                    "last 20 %",
                    "character");
        }
        for (ModelResult result : report.models()) {
            if (!isDistribution) {
                out.printf(
                        Locale.ROOT,
                        "%-26s %10s %12s%n",
                        result.model(),
                        figure("%.3f", log2(result.perplexityAll())),
                        figure("%.3f", log2(result.perplexityLast20())));
            } else {
                out.printf(
                        Locale.ROOT,
                        "%-26s %10s %12s   %10s %12s %11s%n",
                        result.model(),
                        figure("%.2f", result.perplexityAll()),
                        figure("%.2f", result.perplexityLast20()),
                        figure("%.2f", result.perplexityAllKnown()),
                        figure("%.2f", result.perplexityLast20Known()),
                        figure("%.4f", result.bitsPerCharacter()));
            }
        }
        network.ifPresent(evaluated -> printRounds(out, evaluated.network()));
        drift.print(out);
        if (perDocument != null) {
            out.printf(Locale.ROOT, "%nEvery document: %s%n", perDocument);
        }
        if (state != null) {
            out.printf(Locale.ROOT, "%sThe model: %s%n", perDocument == null ? System.lineSeparator() : "", state);
        }
    }

    private static void printRounds(PrintWriter out, EvaluatedNetwork network) {
        out.printf(
                Locale.ROOT,
                "%nThe network: %,.1f s scoring, %,.1f s learning%n",
                network.scoringSeconds(),
                network.learningSeconds());
        for (NetworkRound round : network.rounds()) {
            out.printf(Locale.ROOT, "  %s%n", round.description());
        }
    }

    private static double log2(double value) {
        return Math.log(value) / Math.log(2);
    }

    private static String figure(String format, double value) {
        if (Double.isNaN(value)) {
            return "-";
        }
        return Double.isInfinite(value) ? "infinite" : String.format(Locale.ROOT, format, value);
    }

    private Map<String, Object> json(EvaluationReport report, ModelSettings settings, boolean stopped) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("file", file.toString());
        object.put("order", settings.order());
        object.put("smoothing", settings.smoothing().label());
        object.put("vocabulary", ngrams.vocabulary());
        object.put("shards", shards);
        object.put("complete", !stopped);
        object.put("documents", report.documents());
        object.put("malformed", corpus.malformed());
        object.put("tokens", report.tokens());
        object.put("unknown", report.unknown());
        object.put("characters", report.characters());
        object.put("spelling_bits", report.spellingBits());
        object.put("last20_from_document", report.lastFrom() + 1);
        object.put("seconds", report.seconds());
        object.put("tokens_per_second", report.tokensPerSecond());
        Map<String, Object> models = new LinkedHashMap<>();
        for (ModelResult result : report.models()) {
            models.put(result.model(), json(result));
        }
        object.put("models", models);
        network.ifPresent(evaluated -> object.put("network", json(evaluated)));
        List<Map<String, Object>> changes = drift.jsonOrNull();
        if (changes != null) {
            object.put("drift", changes);
        }
        return object;
    }

    private static Map<String, Object> json(EvaluatedNetworkOptions.Evaluated evaluated) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("model", evaluated.model());
        object.put("settings", evaluated.settings());
        object.put("scoring_seconds", evaluated.network().scoringSeconds());
        object.put("learning_seconds", evaluated.network().learningSeconds());
        List<NetworkRound> rounds = evaluated.network().rounds();
        for (Round.Outcome outcome : Round.Outcome.values()) {
            object.put(
                    outcome.name().toLowerCase(Locale.ROOT),
                    rounds.stream().filter(round -> round.outcome() == outcome).count());
        }
        object.put("rounds", rounds.stream().map(EvaluateCommand::json).toList());
        return object;
    }

    private static Map<String, Object> json(NetworkRound round) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("outcome", round.outcome().name().toLowerCase(Locale.ROOT));
        object.put("version", round.version().orElse(null));
        object.put("incumbent", round.incumbent().orElse(null));
        object.put("gain_bits_per_token", number(round.comparison().meanDifference()));
        object.put("standard_error", number(round.comparison().standardError()));
        object.put("compared_tokens", number(round.comparison().tokens()));
        object.put("new_tokens", round.freshTokens());
        object.put("older_tokens", round.replayedTokens());
        object.put("training_bits_per_token", number(round.trainingBitsPerToken()));
        object.put("seconds", round.seconds());
        object.put("reason", round.reason());
        return object;
    }

    private static Map<String, Object> json(ModelResult result) {
        Map<String, Object> object = new LinkedHashMap<>();
        boolean isDistribution = result.isDistribution();
        object.put("is_distribution", isDistribution);
        object.put("perplexity_all", isDistribution ? number(result.perplexityAll()) : null);
        object.put("perplexity_last20", isDistribution ? number(result.perplexityLast20()) : null);
        object.put("perplexity_all_known", isDistribution ? number(result.perplexityAllKnown()) : null);
        object.put("perplexity_last20_known", isDistribution ? number(result.perplexityLast20Known()) : null);
        object.put("bits_per_character", isDistribution ? number(result.bitsPerCharacter()) : null);
        if (!isDistribution) {
            object.put("mean_score_bits_all", number(log2(result.perplexityAll())));
            object.put("mean_score_bits_last20", number(log2(result.perplexityLast20())));
        }
        return object;
    }

    /** JSON has no infinity: it becomes a string. What there is no figure for is null. */
    private static Object number(double value) {
        if (Double.isNaN(value)) {
            return null;
        }
        return Double.isInfinite(value) ? "Infinity" : value;
    }
}
