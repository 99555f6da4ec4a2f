package dev.driftline.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/** The one table at the end. */
final class Report {

    private final List<String[]> rows = new ArrayList<>();

    private Report() {}

    static String of(Results results) {
        return new Report().text(results);
    }

    private String text(Results results) {
        for (Results.InProcess run : results.inProcess) {
            row(
                    "in process, " + run.corpus() + ", order " + run.order(),
                    thousands(run.tokensPerSecond()) + " tokens/s",
                    "1 thread, scored and learned, RocksDB written every " + run.writeBackIntervalMs() + " ms; "
                            + decimal(run.stateBytesPerNgram()) + " bytes of state an n-gram");
        }
        if (results.predictions != null) {
            Results.Predictions run = results.predictions;
            row(
                    "top-10 prediction, " + run.corpus() + ", order " + run.order(),
                    "p50 " + decimal(run.p50Micros()) + " µs, p99 " + decimal(run.p99Micros()) + " µs",
                    "after \"" + run.hottestContext() + "\": p50 " + decimal(run.hottestP50Micros()) + " µs, p99 "
                            + decimal(run.hottestP99Micros()) + " µs");
        }
        for (Results.Drift run : results.drift) {
            drift(run);
        }
        if (results.neural != null) {
            neural(results.neural);
        }
        if (results.softmaxes != null) {
            softmaxes(results.softmaxes);
        }
        for (Results.EndToEnd run : results.endToEnd) {
            endToEnd(run);
        }
        for (Results.BaselineRun run : results.baselines) {
            row(
                    "baseline " + run.baseline() + ", order " + run.order(),
                    decimal(run.cpuMicrosPerToken()) + " µs CPU a token",
                    line(run) + "; " + run.what() + "; " + run.lacks());
        }
        for (Results.Growth run : results.growth) {
            row(
                    run.what() + ", order " + run.order() + ", up to " + thousands(run.tokens()) + " tokens",
                    decimal(run.cpuMicrosPerToken()) + " µs CPU a token",
                    "of the last " + thousands(run.since()) + "; " + thousands(run.tokensPerSecond()) + " tokens/s; "
                            + thousands(run.stateBytes() / 1e6) + " MB of state");
        }
        for (Results.Features run : results.neuralEndToEnd) {
            features(run);
        }
        everything(results.everything);
        for (Results.Latency run : results.latency) {
            row(
                    "document in to score out, " + layout(run.shards(), run.partitions()) + ", order " + run.order(),
                    "p50 " + decimal(run.p50Ms()) + " ms, p99 " + decimal(run.p99Ms()) + " ms",
                    "at " + thousands(run.tokensPerSecond()) + " tokens/s; commit interval " + run.commitIntervalMs()
                            + " ms; " + decimal(run.cpuMicrosPerToken()) + " µs CPU a token");
        }
        if (results.restore != null) {
            row(
                    "restore of all state, order " + results.restore.order(),
                    decimal(results.restore.seconds()) + " s",
                    "from the start of the service; " + thousands(results.restore.ngramsPerSecond()) + " n-grams/s");
        }
        if (results.crash != null) {
            Results.Crash crash = results.crash;
            for (Results.Restart restart : crash.restarts()) {
                row(
                        "ready after kill -9, order " + crash.order(),
                        decimal(restart.readySeconds()) + " s",
                        thousands(crash.ngrams()) + " n-grams; first score after " + decimal(restart.scoreSeconds())
                                + " s; " + thousands(restart.restoredRecords()) + " records restored, of "
                                + thousands(crash.changelogRecords()) + " written");
            }
        }
        if (results.state != null) {
            Results.State state = results.state;
            row(
                    "state, order " + state.order(),
                    decimal(state.stateBytesPerNgram()) + " bytes an n-gram",
                    thousands(state.distinctNgrams()) + " distinct n-grams; changelog "
                            + decimal(state.changelogBytesPerNgram()) + " bytes an n-gram, "
                            + decimal(state.changelogRecordsPerToken()) + " records a token");
            row(
                    "scores and predictions, order " + state.order(),
                    thousands(state.scoreBytesPerDocument() + state.predictionBytesPerDocument()) + " bytes a document",
                    thousands(state.scoreBytesPerDocument()) + " and " + thousands(state.predictionBytesPerDocument())
                            + " on the broker's disk");
        }
        return table(results);
    }

    private void endToEnd(Results.EndToEnd run) {
        row(
                "end to end, " + layout(run.shards(), run.partitions()) + ", order " + run.order(),
                decimal(run.cpuMicrosPerToken()) + " µs CPU a token",
                decimal(run.cpuMicrosPerToken() - run.brokerMicrosPerToken()) + " and the broker "
                        + decimal(run.brokerMicrosPerToken()) + " (runs: " + each(run, Results.Run::cpuMicrosPerToken)
                        + "); " + thousands(run.tokensPerSecond()) + " tokens/s (runs: "
                        + each(run, Results.Run::tokensPerSecond) + "), first score after "
                        + decimal(run.firstScoreSeconds()) + " s, then "
                        + thousands(run.steadyTokensPerSecond()) + " tokens/s; perplexity "
                        + decimal(run.perplexity()));
    }

    private static String each(Results.EndToEnd run, ToDoubleFunction<Results.Run> figure) {
        return run.runs().stream()
                .mapToDouble(figure)
                .mapToObj(value -> value >= 1000 ? thousands(value) : decimal(value))
                .collect(Collectors.joining(", "));
    }

    private void features(Results.Features run) {
        row(
                "end to end, " + run.what() + ", " + layout(run.shards(), run.partitions()) + ", order " + run.order(),
                decimal(run.cpuMicrosPerToken()) + " µs CPU a token",
                line(run)
                        + (run.tokensBefore() == 0
                                ? ""
                                : "; after the first " + thousands(run.tokensBefore()) + " tokens, "
                                        + decimal(100 * run.fallbackRate())
                                        + " % of the documents scored without the network, "
                                        + run.promotions() + " promotions")
                        + "; perplexity " + decimal(run.perplexity()) + ", n-grams "
                        + decimal(run.ngramPerplexity()));
    }

    /** The first is without all features, the last with all of them, the others with one each. */
    private void everything(List<Results.Features> runs) {
        runs.forEach(this::features);
        if (runs.size() < 3) {
            return;
        }
        double alone = runs.get(0).cpuMicrosPerToken();
        double all = runs.get(runs.size() - 1).cpuMicrosPerToken();
        double sum = alone
                + runs.subList(1, runs.size() - 1).stream()
                        .mapToDouble(run -> run.cpuMicrosPerToken() - alone)
                        .sum();
        row(
                "everything on, beside the sum of its parts",
                String.format(Locale.ROOT, "%+.0f %%", 100 * (all / sum - 1)),
                decimal(all) + " µs CPU a token, the parts " + decimal(sum));
    }

    /** A run in a line. */
    static String line(Results.Run run) {
        return decimal(run.cpuMicrosPerToken()) + " µs CPU a token, of it the broker "
                + decimal(run.brokerMicrosPerToken()) + "; " + thousands(run.tokensPerSecond())
                + " tokens/s, first score after " + decimal(run.firstScoreSeconds()) + " s";
    }

    static String line(Results.BaselineRun run) {
        return decimal(run.cpuMicrosPerToken()) + " µs CPU a token, of it the broker "
                + decimal(run.brokerMicrosPerToken()) + "; " + thousands(run.tokensPerSecond()) + " tokens/s over "
                + thousands(run.tokens()) + " tokens, " + run.partitions() + " partitions";
    }

    static String line(Results.Features run) {
        return decimal(run.cpuMicrosPerToken()) + " µs CPU a token, of it the broker "
                + decimal(run.brokerMicrosPerToken()) + "; " + thousands(run.tokensPerSecond()) + " tokens/s";
    }

    static String line(Results.Latency run) {
        return "at " + thousands(run.tokensPerSecond()) + " tokens/s: p50 " + decimal(run.p50Ms()) + " ms, p99 "
                + decimal(run.p99Ms()) + " ms, " + decimal(run.cpuMicrosPerToken()) + " µs CPU a token";
    }

    static String line(Results.Growth run) {
        return "up to " + thousands(run.tokens()) + " tokens: " + decimal(run.cpuMicrosPerToken()) + " µs CPU a token, "
                + thousands(run.tokensPerSecond()) + " tokens/s";
    }

    private static String layout(int shards, int partitions) {
        return new Deployment(shards, partitions, Map.of()).toString();
    }

    private void neural(Results.Neural neural) {
        for (Results.NeuralTask task : neural.tasks()) {
            boolean isTime = task.task().startsWith("top");
            row(
                    "network, " + task.task(),
                    thousands(task.figure()) + (isTime ? " µs" : " tokens/s"),
                    task.torch() == null
                            ? "no PyTorch to compare with"
                            : "PyTorch " + thousands(task.torch()) + ": " + decimal(task.ratio()) + " ×"
                                    + (task.ratioToFull() == null
                                            ? ""
                                            : ", " + decimal(task.ratioToFull()) + " × its full softmax"));
        }
        row(
                "network, vocabulary " + thousands(neural.vocabulary()) + ", LSTM " + neural.size() + ", "
                        + neural.streams() + " × " + neural.steps(),
                "one thread",
                "kernels: " + neural.kernels() + "; adaptive: cutoffs " + neural.cutoffs()
                        + (neural.torch() == null
                                ? ""
                                : "; PyTorch " + neural.torch() + ", one thread, " + neural.torchBlas()));
    }

    private void softmaxes(Results.Softmaxes softmaxes) {
        row(
                "validation perplexity, same tokens",
                decimal(softmaxes.fullPerplexity()) + " full, " + decimal(softmaxes.adaptivePerplexity()) + " adaptive",
                thousands(softmaxes.tokens()) + " tokens; " + decimal(softmaxes.fullSeconds()) + " s full, "
                        + decimal(softmaxes.adaptiveSeconds()) + " s adaptive");
        row(
                "validation perplexity, same time",
                decimal(softmaxes.fullPerplexity()) + " full, " + decimal(softmaxes.adaptivePerplexityInSameTime())
                        + " adaptive",
                decimal(softmaxes.fullSeconds()) + " s; " + thousands(softmaxes.tokens()) + " tokens full, "
                        + thousands(softmaxes.adaptiveTokensInSameTime()) + " adaptive");
    }

    private void drift(Results.Drift run) {
        boolean isQuiet = run.shift() == 0;
        String what = "drift, " + run.detector() + ", "
                + (isQuiet ? "no change" : String.format(Locale.ROOT, "%+.1f bits %s", run.shift(), run.shape()))
                + (run.correlation() > 0 ? ", ρ = " + run.correlation() : "");
        if (isQuiet) {
            row(
                    what,
                    decimal(run.falseAlarms()) + " false alarms",
                    "per 10,000 documents, and " + decimal(run.warnings()) + " warnings; " + run.runs() + " runs");
        } else {
            row(
                    what,
                    run.found() == 0 ? "not found" : "after " + run.medianDelay() + " documents",
                    run.found() + " of " + run.runs() + " found within " + DriftBench.AFTER + "; 9 of 10 after "
                            + run.longDelay() + "; estimated start off by " + run.startError() + " (median)");
        }
    }

    private void row(String what, String figure, String note) {
        rows.add(new String[] {what, figure, note});
    }

    private String table(Results results) {
        int first = width(0);
        int second = width(1);
        StringBuilder out = new StringBuilder();
        line(
                out,
                "%s, %d cores, %s of memory, %s; Java %s",
                results.machine.cpu(),
                results.machine.cores(),
                decimal(results.machine.memoryBytes() / (double) (1L << 30)) + " GiB",
                results.machine.os(),
                results.jdk.version());
        for (Results.Corpus corpus : results.corpora) {
            line(
                    out,
                    "%s: %s documents, %s tokens (words and </s>), %s types",
                    corpus.name(),
                    thousands(corpus.documents()),
                    thousands(corpus.tokens()),
                    thousands(corpus.types()));
        }
        Results.Settings settings = results.settings;
        line(
                out,
                "end to end: %s made into %s tokens, in %s documents of about %d; medians of %d; %s; %s, commit interval"
                        + " %d ms, %d threads, %s%s; broker and applications on the same cores",
                results.corpus.name(),
                thousands(settings.tokens()),
                thousands(settings.documents()),
                settings.documentTokens(),
                settings.runs(),
                String.join("; ", settings.deployments()),
                settings.guarantee(),
                settings.commitIntervalMs(),
                settings.threads(),
                settings.jvmOptions(),
                settings.more().isEmpty() ? "" : ", " + settings.more());
        line(out, "warm-up: %s", settings.warmUp());
        out.append(System.lineSeparator());
        for (String[] row : rows) {
            line(out, "%-" + first + "s  %-" + second + "s  %s", (Object[]) row);
        }
        return out.toString();
    }

    private static void line(StringBuilder out, String format, Object... figures) {
        out.append(String.format(Locale.ROOT, format, figures).stripTrailing()).append(System.lineSeparator());
    }

    private int width(int column) {
        return rows.stream().mapToInt(row -> row[column].length()).max().orElse(1);
    }

    private static String thousands(double figure) {
        return String.format(Locale.ROOT, "%,.0f", figure);
    }

    private static String decimal(double figure) {
        return String.format(Locale.ROOT, figure >= 100 ? "%,.0f" : figure >= 10 ? "%.1f" : "%.2f", figure);
    }
}
