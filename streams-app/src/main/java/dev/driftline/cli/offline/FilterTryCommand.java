package dev.driftline.cli.offline;

import dev.driftline.arpa.ArpaProgress;
import dev.driftline.arpa.ArpaReader;
import dev.driftline.backoff.BackoffScorer;
import dev.driftline.cli.options.GivenOptions;
import dev.driftline.corpus.CorpusContent;
import dev.driftline.corpus.CorpusDocument;
import dev.driftline.corpus.CorpusEntry;
import dev.driftline.corpus.CorpusReader;
import dev.driftline.evaluation.Evaluation;
import dev.driftline.filter.DocumentFilter;
import dev.driftline.filter.FilterRules;
import dev.driftline.filter.FilterTrial;
import dev.driftline.filter.ScoredDocument;
import dev.driftline.mixture.DocumentScore;
import dev.driftline.mixture.MixtureSettings;
import dev.driftline.pages.HeapPageStore;
import dev.driftline.scoring.LocalModel;
import dev.driftline.scoring.ModelSettings;
import dev.driftline.terminal.CommandFailedException;
import dev.driftline.terminal.CtrlC;
import dev.driftline.terminal.ExitCodes;
import dev.driftline.terminal.PlainJson;
import dev.driftline.terminal.Printable;
import dev.driftline.terminal.ProgressLine;
import dev.driftline.terminal.Screen;
import dev.driftline.text.Tokenizers;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code driftline filter try}: the decisions of a file of rules about a corpus, made in this process. */
@Command(
        name = "try",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Say what a file of rules would do to a corpus, without Kafka.",
            "Scores every document of the file before learning from it, as `driftline evaluate` "
                    + "does, lets the rules decide about each, and says how many documents and tokens each "
                    + "rule took of each source, with examples, and where the percentiles of each source are "
                    + "in the end. The decisions are those of the service, if it got the documents in this "
                    + "order through one partition. Files are as for `driftline produce`.",
            "With --arpa an ARPA file scores the documents instead, alone and frozen: nothing is learned."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  driftline filter try rules.json brown.docs.tsv",
            "  driftline filter try rules.json mail.jsonl --tokenizer words --examples 10",
            "  driftline filter try rules.json brown.docs.tsv --model lstm --json",
            "  driftline filter try rules.json crawl.jsonl --arpa wikipedia.arpa.gz --tokenizer words"
        })
public final class FilterTryCommand implements Callable<Integer> {

    private static final int EXCERPT = 80;

    /** The name of an ARPA file in rules. */
    private static final String ARPA = "arpa";

    private static final Duration PRINTED = Duration.ofSeconds(2);

    private static final String[] OF_MODELS_THAT_LEARN = {
        "--order",
        "--vocabulary",
        "--smoothing",
        "--delta",
        "--background",
        "--model",
        "--snapshot",
        "--set",
        "--no-hold-out",
        "--dynamic-evaluation",
        "--dynamic-decay",
        "--dynamic-steps"
    };

    @Spec
    private CommandSpec spec;

    @Parameters(index = "0", paramLabel = "RULES", description = "The file of rules.")
    private Path rulesFile;

    @Parameters(index = "1", paramLabel = "FILE", description = "The corpus.")
    private Path file;

    @Option(
            names = "--examples",
            paramLabel = "N",
            description = "Documents of each rule to show, drawn at random, 0 or more. Default: ${DEFAULT-VALUE}.")
    private int examples = 3;

    @Option(
            names = "--arpa",
            paramLabel = "FILE",
            description =
                    "Score with this ARPA file alone, or with what `driftline import arpa` made of one. Its name in rules is"
                            + " arpa, and mixture. Raw text is cut by --tokenizer whitespace then, unless another is named.")
    private @Nullable Path arpa;

    @Mixin
    private NgramModelOptions ngrams;

    @Mixin
    private CorpusOptions corpus;

    @Mixin
    private EvaluatedNetworkOptions neural;

    @Option(names = "--json", description = "Print one JSON object.")
    private boolean json;

    @Override
    public Integer call() throws IOException {
        FilterRules rules = RulesFile.read(rulesFile);
        if (arpa != null) {
            return frozen(rules, arpa);
        }
        ModelSettings settings = ngrams.settings();
        corpus.refuseTokenizerOfTokens(file);
        corpus.tokenizer();
        if (!settings.smoothing().isDistribution()) {
            throw usage("--smoothing " + ngrams.smoothing()
                    + " gives scores, not probabilities: the service does not support it");
        }
        Screen screen = Screen.on(spec.commandLine().getErr());
        Optional<EvaluatedNetworkOptions.Evaluated> network =
                neural.network(ngrams.vocabulary(), round -> screen.line(round.describe()), tokens -> {});
        neural.tokenizer().ifPresent(corpus::learned);
        MixtureSettings mixture = EvaluatedNetworkOptions.mixture(settings, network);
        RulesFile.requireModels(rules, rulesFile, mixture.models());
        FilterTrial trial = new FilterTrial(new DocumentFilter(rules), examples);
        Evaluation evaluation = new Evaluation(
                new LocalModel(settings, 1, shard -> new HeapPageStore(), NgramModelOptions.cacheBytes()),
                mixture,
                new HeapPageStore(),
                network.map(EvaluatedNetworkOptions.Evaluated::network),
                Optional.empty());
        Thread evaluating = Thread.currentThread();
        try (CtrlC ctrlC = CtrlC.then(() -> network.ifPresent(evaluated -> evaluating.interrupt()));
                screen;
                CorpusReader reader = corpus.open(file)) {
            EvaluationProgress progress = new EvaluationProgress(screen, reader, evaluation);
            Optional<String> networkName = network.map(EvaluatedNetworkOptions.Evaluated::model);
            corpus.each(file, reader, ctrlC::pressed, screen, (entry, document) -> {
                DocumentScore score = evaluation.add(document);
                trial.add(
                        document.id(),
                        ScoredDocument.of(document.source(), attributes(entry), score, networkName),
                        beginning(document));
                progress.scored(score);
                progress.done();
            });
            Thread.interrupted();
            screen.clear();
            return print(rules, trial, ctrlC.pressed());
        }
    }

    private int frozen(FilterRules rules, Path model) throws IOException {
        GivenOptions.of(spec).only(false, "without --arpa", OF_MODELS_THAT_LEARN);
        corpus.refuseTokenizerOfTokens(file);
        corpus.learned(Tokenizers.WHITESPACE);
        corpus.tokenizer();
        RulesFile.requireModels(rules, rulesFile, List.of(ARPA, MixtureSettings.MIXTURE));
        Screen screen = Screen.on(spec.commandLine().getErr());
        BackoffScorer scorer;
        try {
            scorer = new BackoffScorer(ArpaReader.read(model, new ArpaProgress() {
                @Override
                public void warn(String message) {
                    screen.line("driftline: warning: " + message);
                }
            }));
        } catch (IOException e) {
            throw new CommandFailedException(e.getMessage());
        }
        FilterTrial trial = new FilterTrial(new DocumentFilter(rules), examples);
        ProgressLine progress = new ProgressLine(screen, PRINTED);
        AtomicLong tokens = new AtomicLong();
        try (CtrlC ctrlC = CtrlC.then(() -> {});
                screen;
                CorpusReader reader = corpus.open(file)) {
            corpus.each(file, reader, ctrlC::pressed, screen, (entry, document) -> {
                BackoffScorer.Score score = scorer.document(document.sentences());
                trial.add(
                        document.id(),
                        ScoredDocument.frozen(document.source(), attributes(entry), document.sentences(), score, ARPA),
                        beginning(document));
                tokens.addAndGet(score.tokens());
                progress.show(() -> String.format(Locale.ROOT, "%,d tokens", tokens.get()));
            });
            screen.clear();
            return print(rules, trial, ctrlC.pressed());
        }
    }

    private int print(FilterRules rules, FilterTrial trial, boolean interrupted) {
        PrintWriter out = spec.commandLine().getOut();
        FilterTrialReport report = new FilterTrialReport(rules, trial, corpus.malformed(), interrupted);
        if (json) {
            out.println(PlainJson.pretty(report.json()));
        } else {
            report.print(out);
        }
        out.flush();
        return interrupted ? ExitCodes.INTERRUPTED : ExitCodes.OK;
    }

    /** The attributes that the service gives a document: the language of a text is one of them. */
    private static Map<String, String> attributes(CorpusEntry entry) {
        if (entry.content() instanceof CorpusContent.Text text
                && !text.language().isEmpty()) {
            Map<String, String> attributes = new HashMap<>(entry.attributes());
            attributes.putIfAbsent("language", text.language());
            return attributes;
        }
        return entry.attributes();
    }

    private static String beginning(CorpusDocument document) {
        StringBuilder text = new StringBuilder();
        for (List<String> sentence : document.sentences()) {
            for (String word : sentence) {
                text.append(text.isEmpty() ? "" : " ").append(word);
                if (text.length() > EXCERPT) {
                    return Printable.cut(text.toString(), EXCERPT);
                }
            }
        }
        return Printable.escape(text.toString());
    }

    private ParameterException usage(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
