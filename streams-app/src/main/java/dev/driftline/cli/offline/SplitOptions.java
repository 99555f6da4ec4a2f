package dev.driftline.cli.offline;

import dev.driftline.corpus.CorpusDocument;
import dev.driftline.evaluation.SplitCorpus;
import dev.driftline.evaluation.SplitEvaluation;
import dev.driftline.neural.Network;
import dev.driftline.neural.online.OnlineSettings;
import dev.driftline.neural.training.OfflineTraining;
import dev.driftline.terminal.PlainJson;
import dev.driftline.terminal.ProgressLine;
import dev.driftline.terminal.Screen;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code evaluate --split}: models trained on one part of a corpus and tested on another. Use as {@code @Mixin}. */
final class SplitOptions {

    private static final Duration PRINTED = Duration.ofSeconds(10);

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Option(
            names = "--split",
            paramLabel = "TRAIN,VALID",
            split = ",",
            description =
                    "Instead of scoring and learning document by document: train on the first TRAIN words, use the next"
                            + " VALID to decide when to stop and how to weigh the models, and test on the rest."
                            + " Each is 1 or more; 800000,200000 is how Bengio et al. 2003 split the Brown corpus. Default: no split.")
    private List<Long> split = List.of();

    @Option(
            names = "--merge-rare",
            paramLabel = "N",
            description =
                    "With --split: words that occur at most N times, 0 or more, in the whole file are one symbol, as in Bengio et"
                            + " al. with 3. Default: ${DEFAULT-VALUE}.")
    private int mergeRare = 3;

    @Option(
            names = "--epochs",
            paramLabel = "N",
            description = "With --split: the most passes over the text, 1 or more. Default: ${DEFAULT-VALUE}.")
    private int epochs = 20;

    @Option(
            names = "--patience",
            paramLabel = "N",
            description =
                    "With --split: stop after this many epochs in a row, 1 or more, each at half the learning rate, that have not"
                            + " lowered the validation perplexity. Default: ${DEFAULT-VALUE}.")
    private int patience = 2;

    /** Whether a split was asked for. */
    boolean given() {
        return !split.isEmpty();
    }

    /**
     * Trains and tests the models and prints what each came to, the n-gram model first. An interrupt of the thread ends it
     * after the model before.
     *
     * @param models names of networks
     * @param settings gives the shape of a network and how it is trained
     */
    void run(
            List<CorpusDocument> documents,
            int order,
            List<String> models,
            Function<String, OnlineSettings> settings,
            Screen screen,
            PrintWriter out,
            boolean json) {
        if (split.size() != 2 || split.get(0) < 1 || split.get(1) < 1 || mergeRare < 0) {
            throw usage("--split takes two numbers of words, 1 or more, such as 800000,200000; --merge-rare 0 or more");
        }
        OfflineTraining.Schedule schedule;
        SplitCorpus corpus;
        try {
            schedule = new OfflineTraining.Schedule(epochs, patience, 0);
            corpus = SplitCorpus.of(documents, split.get(0), split.get(1), mergeRare);
        } catch (IllegalArgumentException e) {
            throw usage(String.valueOf(e.getMessage()));
        }
        // What is wrong with the settings of a network is said before anything is trained.
        Map<String, OnlineSettings> chosen = new LinkedHashMap<>();
        models.forEach(model -> chosen.put(model, settings.apply(model)));
        SplitEvaluation evaluation = new SplitEvaluation(corpus, order, NgramModelOptions.cacheBytes());
        List<SplitEvaluation.Row> rows = new ArrayList<>();
        rows.add(evaluation.ngrams());
        screen.line(describe(rows.get(0)));
        boolean complete = true;
        for (Map.Entry<String, OnlineSettings> entry : chosen.entrySet()) {
            OnlineSettings online = entry.getValue();
            Network start = Network.random(online.architecture(), evaluation.vocabulary(), online.seed());
            try {
                List<SplitEvaluation.Row> made = evaluation.network(
                        start, new OfflineTraining(online.training(), schedule), new Shown(entry.getKey(), screen));
                made.forEach(row -> screen.line(describe(row)));
                rows.addAll(made);
            } catch (InterruptedException e) {
                complete = false;
                break;
            }
        }
        screen.clear();
        if (json) {
            out.println(PlainJson.pretty(json(corpus, evaluation, rows, complete)));
        } else {
            print(out, corpus, evaluation, rows, complete);
        }
        out.flush();
    }

    private static String describe(SplitEvaluation.Row row) {
        return String.format(
                Locale.ROOT,
                "%s: validation %.1f, test %.1f",
                row.model(),
                row.validationPerplexity(),
                row.testPerplexity());
    }

    private ParameterException usage(String message) {
        return new ParameterException(spec.commandLine(), message);
    }

    private static final class Shown implements OfflineTraining.Listener {

        private final String model;
        private final Screen screen;
        private final ProgressLine line;

        Shown(String model, Screen screen) {
            this.model = model;
            this.screen = screen;
            this.line = new ProgressLine(screen, PRINTED);
        }

        @Override
        public void progress(OfflineTraining.Progress progress) {
            line.show(() -> String.format(
                    Locale.ROOT,
                    "%s, epoch %d, %d %%: %,.0f tokens/s, perplexity so far %s",
                    model,
                    progress.epoch(),
                    100 * progress.tokens() / progress.epochTokens(),
                    progress.tokensPerSecond(),
                    Double.isNaN(progress.perplexity())
                            ? "-"
                            : String.format(Locale.ROOT, "%.1f", progress.perplexity())));
        }

        @Override
        public void finished(OfflineTraining.Epoch epoch) {
            screen.line(String.format(
                    Locale.ROOT,
                    "%s, epoch %d: training perplexity %.1f, validation %.1f%s, learning rate %.3g, %.0f s",
                    model,
                    epoch.number(),
                    epoch.trainingPerplexity(),
                    epoch.validationPerplexity(),
                    epoch.best() ? " (best)" : "",
                    epoch.learningRate(),
                    epoch.seconds()));
        }
    }

    private static void print(
            PrintWriter out,
            SplitCorpus corpus,
            SplitEvaluation evaluation,
            List<SplitEvaluation.Row> rows,
            boolean complete) {
        if (!complete) {
            out.println("Stopped; these models were finished.");
        }
        out.printf(
                Locale.ROOT,
                "%,d words with events of their own, %,d rarer ones merged; %,d tokens with </s> to test on%n%n",
                corpus.words().size(),
                corpus.rareTypes(),
                evaluation.testTokens());
        out.printf(Locale.ROOT, "%-24s %23s%n", "", "perplexity");
        out.printf(
                Locale.ROOT,
                "%-24s %11s %11s %11s %11s %7s %8s%n",
                "",
                "validation",
                "test",
                "to n-grams",
                "numbers",
                "epochs",
                "seconds");
        for (SplitEvaluation.Row row : rows) {
            out.printf(
                    Locale.ROOT,
                    "%-24s %11.2f %11.2f %10.1f%% %,11d %7d %8.0f%n",
                    row.model(),
                    row.validationPerplexity(),
                    row.testPerplexity(),
                    100 * (row.testPerplexity() / rows.get(0).testPerplexity() - 1),
                    row.parameters(),
                    row.epochs(),
                    row.seconds());
        }
    }

    private Map<String, Object> json(
            SplitCorpus corpus, SplitEvaluation evaluation, List<SplitEvaluation.Row> rows, boolean complete) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("complete", complete);
        object.put("training_words", split.get(0));
        object.put("validation_words", split.get(1));
        object.put("merge_rare", mergeRare);
        object.put("words", corpus.words().size());
        object.put("rare_types", corpus.rareTypes());
        object.put("test_tokens", evaluation.testTokens());
        List<Map<String, Object>> models = new ArrayList<>();
        for (SplitEvaluation.Row row : rows) {
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("model", row.model());
            fields.put("validation_perplexity", row.validationPerplexity());
            fields.put("test_perplexity", row.testPerplexity());
            fields.put("parameters", row.parameters());
            fields.put("epochs", row.epochs());
            fields.put("seconds", row.seconds());
            models.add(fields);
        }
        object.put("models", models);
        return object;
    }
}
