package dev.driftline.cli.offline;

import dev.driftline.cli.options.GivenOptions;
import dev.driftline.cli.options.OutputPath;
import dev.driftline.corpus.CorpusDocument;
import dev.driftline.corpus.CorpusFormat;
import dev.driftline.corpus.CorpusReader;
import dev.driftline.evaluation.DriftEvaluation;
import dev.driftline.evaluation.EvaluatedNetwork;
import dev.driftline.evaluation.Evaluation;
import dev.driftline.evaluation.EvaluationReport;
import dev.driftline.mixture.DocumentScore;
import dev.driftline.mixture.MixtureSettings;
import dev.driftline.pages.HeapPageStore;
import dev.driftline.scoring.LocalModel;
import dev.driftline.scoring.ModelSettings;
import dev.driftline.store.LearnedText;
import dev.driftline.terminal.CtrlC;
import dev.driftline.terminal.ExitCodes;
import dev.driftline.terminal.PlainJson;
import dev.driftline.terminal.Screen;
import dev.driftline.topics.BackgroundFile;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
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
            "Score every document of a file before learning from it, without Kafka, and print its "
                    + "cost under each model.",
            "This is what the service does. The models are the n-gram orders, the caches (each mixed "
                    + "with the top order), a network where --model or --snapshot asks for one, and the " + "mixture.",
            "Files are as for `driftline produce`. Perplexity is per token, </s> included; the last "
                    + "20 %% are the documents before which 80 %% of the words have come. Unknown words are "
                    + "spelled out, and always cost more than the rarest known word; class perplexity takes "
                    + "<unk> as one class, as papers do. Bits per character count one separator a word, and "
                    + "spell a new word out only once in a document."
        },
        footerHeading = "%nExample:%n",
        footer = {
            "  driftline evaluate brown.docs.tsv --order 5 --per-document scores.tsv",
            "  driftline evaluate brown.docs.tsv --vocabulary fixed:words.txt --smoothing witten-bell --json",
            "  driftline evaluate brown.docs.tsv --split 800000,200000 --merge-rare 3 --model window,rnn,lstm",
            "  driftline evaluate brown.docs.tsv --background union.arpa.gz",
            "  driftline evaluate brown.docs.tsv --drift --one-source brown --cut 500",
            "  driftline evaluate brown.docs.tsv --state-bound 0.5,0.25,0.1",
            "  driftline evaluate news.tsv --then fiction.tsv --half-life 100000,300000,1000000 --curve decay.csv",
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
            description =
                    "Also write one line a document: id, key, tokens, unknown, -log2 p in bits under each model with <unk>"
                            + " as a class, and letters: the bits that its unknown words cost beyond that.")
    private @Nullable Path perDocument;

    @Option(
            names = "--overwrite",
            description = "With --per-document and --curve: replace the file if it exists. Default: refuse to.")
    private boolean overwrite;

    @Option(
            names = "--state",
            paramLabel = "DIR",
            description =
                    "Keep the model in this folder (RocksDB), and continue from the model in it; `driftline generate` and"
                            + " `driftline counts` read it. Default: keep it in memory.")
    private @Nullable Path state;

    @Option(
            names = "--shards",
            paramLabel = "N",
            description = "Split the counts as the service does, 1 to 1024. Default: ${DEFAULT-VALUE}.")
    private int shards = 1;

    @Mixin
    private CorpusOptions corpus;

    @Mixin
    private EvaluatedNetworkOptions neural;

    @Mixin
    private SplitOptions split;

    @Mixin
    private DriftOptions drift;

    @Mixin
    private ForgettingOptions forgetting;

    @Option(names = "--json", description = "Print one JSON object; an infinite perplexity is the string \"Infinity\".")
    private boolean json;

    @Override
    public Integer call() throws IOException {
        ModelSettings settings = settings();
        if (split.given()) {
            return split();
        }
        if (forgetting.given()) {
            return forgetting(settings);
        }
        if (perDocument != null
                && Files.exists(perDocument)
                && Files.exists(file)
                && Files.isSameFile(perDocument, file)) {
            throw usage("--per-document " + perDocument + " is the corpus itself: name another file");
        }
        OutputPath.check("--per-document", Optional.ofNullable(perDocument), overwrite);
        Screen screen = Screen.on(spec.commandLine().getErr());
        Optional<EvaluatedNetworkOptions.Evaluated> network = neural.network(
                ngrams.vocabulary(),
                round -> screen.line(round.describe()),
                tokens -> screen.block(List.of(
                        String.format(Locale.ROOT, "fine-tuning the network: %,d tokens of this pass", tokens))));
        MixtureSettings mixture = EvaluatedNetworkOptions.mixture(settings, network);
        Optional<EvaluatedNetwork> evaluatedNetwork = network.map(EvaluatedNetworkOptions.Evaluated::network);
        Optional<DriftEvaluation> watching = drift.evaluation();
        neural.tokenizer().ifPresent(corpus::learned);
        Path kept = state;
        if (kept == null) {
            corpus.refuseTokenizerOfTokens(file);
        } else {
            LearnedText.tokenizer(kept).ifPresent(known -> {
                corpus.refuseAnotherTokenizer(kept, known);
                corpus.learned(known);
            });
        }
        // What is wrong with an option is said before anything is opened.
        corpus.tokenizer();
        CorpusFormat format = corpus.format(file);
        Thread evaluating = Thread.currentThread();
        // A round of fine-tuning takes long; without a network a document does not.
        try (CtrlC ctrlC = CtrlC.then(() -> network.ifPresent(evaluated -> evaluating.interrupt()));
                screen;
                CorpusReader reader = corpus.open(file, format)) {
            EvaluationReport report;
            if (state == null) {
                LocalModel model =
                        new LocalModel(settings, shards, shard -> new HeapPageStore(), NgramModelOptions.cacheBytes());
                report = run(
                        reader,
                        new Evaluation(model, mixture, new HeapPageStore(), evaluatedNetwork, watching),
                        screen,
                        ctrlC);
            } else {
                try (StateFolder folder = StateFolder.open(state, settings, shards, NgramModelOptions.cacheBytes())) {
                    LearnedText.write(state, corpus.tokenizerName());
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
            print(
                    settings,
                    new EvaluationOutput(
                            report,
                            settings.smoothing(),
                            network,
                            drift.report(),
                            corpus.malformed(),
                            ctrlC.pressed()));
            return ctrlC.pressed() ? ExitCodes.INTERRUPTED : ExitCodes.OK;
        }
    }

    private void print(ModelSettings settings, EvaluationOutput output) {
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            Map<String, @Nullable Object> object = model(settings);
            object.putAll(output.json());
            out.println(PlainJson.pretty(object));
        } else {
            output.print(out);
            if (perDocument != null) {
                out.printf(Locale.ROOT, "%nEvery document: %s%n", perDocument);
            }
            if (state != null) {
                out.printf(Locale.ROOT, "%sThe model: %s%n", perDocument == null ? System.lineSeparator() : "", state);
            }
        }
        out.flush();
    }

    private int forgetting(ModelSettings settings) throws IOException {
        GivenOptions.of(spec)
                .only(
                        false,
                        "without --state-bound and --half-life",
                        "--state",
                        "--per-document",
                        "--model",
                        "--snapshot",
                        "--drift",
                        "--drift-set");
        if (!settings.smoothing().isDistribution()) {
            throw usage("--smoothing " + ngrams.smoothing()
                    + " gives scores: --state-bound and --half-life compare perplexities");
        }
        forgetting.check(overwrite);
        corpus.tokenizer();
        try (CtrlC ctrlC = CtrlC.then(() -> {});
                Screen screen = Screen.on(spec.commandLine().getErr())) {
            List<CorpusDocument> documents = documents(file, ctrlC, screen);
            Optional<Path> then = forgetting.then();
            List<CorpusDocument> next = then.isEmpty() ? List.of() : documents(then.get(), ctrlC, screen);
            ForgettingReport report = forgetting.run(settings, shards, documents, next, ctrlC::pressed, screen);
            screen.clear();
            PrintWriter out = spec.commandLine().getOut();
            if (json) {
                Map<String, @Nullable Object> object = model(settings);
                then.ifPresent(path -> object.put("then", path.toString()));
                object.putAll(report.json());
                out.println(PlainJson.pretty(object));
            } else {
                report.print(out);
            }
            out.flush();
            return ctrlC.pressed() ? ExitCodes.INTERRUPTED : ExitCodes.OK;
        }
    }

    /** All documents of a file, in memory: several models read them. */
    private List<CorpusDocument> documents(Path from, CtrlC ctrlC, Screen screen) throws IOException {
        List<CorpusDocument> documents = new ArrayList<>();
        corpus.refuseTokenizerOfTokens(from);
        try (CorpusReader reader = corpus.open(from)) {
            corpus.each(
                    from,
                    reader,
                    ctrlC::pressed,
                    screen,
                    (entry, document) -> documents.addAll(drift.pieces(document)));
        }
        return documents;
    }

    private Map<String, @Nullable Object> model(ModelSettings settings) {
        Map<String, @Nullable Object> object = new LinkedHashMap<>();
        object.put("file", file.toString());
        object.put("order", settings.order());
        object.put("smoothing", settings.smoothing().label());
        object.put("vocabulary", ngrams.vocabulary());
        object.put("shards", shards);
        settings.background().ifPresent(frozen -> object.put("background", BackgroundFile.describe(frozen)));
        return object;
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
        List<CorpusDocument> documents = CorpusText.read(List.of(file), corpus::open, corpus.tokenizer());
        Thread evaluating = Thread.currentThread();
        try (CtrlC ctrlC = CtrlC.then(evaluating::interrupt);
                Screen screen = Screen.on(spec.commandLine().getErr())) {
            split.run(
                    documents.subList(0, (int) Math.min(corpus.limit(), documents.size())),
                    ngrams.order(),
                    neural.models(),
                    neural::settings,
                    screen,
                    spec.commandLine().getOut(),
                    json);
            return ctrlC.pressed() ? ExitCodes.INTERRUPTED : ExitCodes.OK;
        }
    }

    private ModelSettings settings() throws IOException {
        GivenOptions.of(spec)
                .only(
                        !split.given(),
                        "without --split",
                        "--background",
                        "--drift",
                        "--drift-set",
                        "--one-source",
                        "--cut",
                        "--skip-malformed",
                        "--state-bound",
                        "--half-life")
                .only(forgetting.given(), "with --state-bound or --half-life", "--then", "--curve");
        corpus.limit();
        return ngrams.settings();
    }

    private ParameterException usage(String message) {
        return new ParameterException(spec.commandLine(), message);
    }

    private EvaluationReport run(CorpusReader reader, Evaluation evaluation, Screen screen, CtrlC ctrlC)
            throws IOException {
        EvaluationProgress progress = new EvaluationProgress(screen, reader, evaluation);
        try (DocumentCosts costs = DocumentCosts.writtenTo(Optional.ofNullable(perDocument), evaluation.models())) {
            corpus.each(file, reader, ctrlC::pressed, screen, (entry, document) -> {
                for (CorpusDocument piece : drift.pieces(document)) {
                    DocumentScore score = evaluation.add(piece);
                    progress.scored(score);
                    costs.add(piece, score);
                }
                progress.done();
            });
        }
        return evaluation.report();
    }
}
