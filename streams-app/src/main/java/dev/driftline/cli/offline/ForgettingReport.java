package dev.driftline.cli.offline;

import dev.driftline.evaluation.ForgettingRun;
import dev.driftline.ngram.Forgetting;
import dev.driftline.ngram.StateSize;
import dev.driftline.terminal.PlainJson;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What {@code evaluate --state-bound} and {@code --half-life} print: a row for each run, the one that forgets nothing first. */
final class ForgettingReport {

    private final List<ForgettingRun.Result> runs;
    private final boolean hasChange;
    private final boolean stopped;

    /**
     * @param runs that were finished
     * @param hasChange whether a second file followed the first
     * @param stopped whether there were to be more
     */
    ForgettingReport(List<ForgettingRun.Result> runs, boolean hasChange, boolean stopped) {
        this.runs = runs;
        this.hasChange = hasChange;
        this.stopped = stopped;
    }

    /** What sets a run apart. */
    static String name(Forgetting forgetting) {
        if (forgetting.maxBytes() > 0) {
            return String.format(Locale.ROOT, "at most %,d bytes", forgetting.maxBytes());
        }
        return forgetting.halfLifeTokens() > 0
                ? String.format(Locale.ROOT, "half-life %,d tokens", forgetting.halfLifeTokens())
                : "nothing forgotten";
    }

    /** Prints tables. */
    void print(PrintWriter out) {
        if (stopped) {
            out.println("Stopped; these runs were finished.");
        }
        if (runs.isEmpty()) {
            return;
        }
        ForgettingRun.Result whole = runs.get(0);
        out.printf(
                Locale.ROOT,
                "%,d tokens with </s>. Bounds are of each shard; perplexity spells unknown words out.%n%n",
                whole.all().tokens());
        out.printf(
                Locale.ROOT,
                "%-28s %13s %6s %11s %9s %9s %8s %9s %8s %9s%n",
                "",
                "state bytes",
                "share",
                "n-grams",
                "words",
                "n-grams",
                "",
                "mixture",
                "",
                "tokens/s");
        for (ForgettingRun.Result run : runs) {
            StateSize held = run.held();
            out.printf(
                    Locale.ROOT,
                    "%-28s %,13d %5.1f%% %,11d %,9d %9.2f %8s %9.2f %8s %,9.0f%n",
                    name(run.forgetting()),
                    held.bytes(),
                    percent(held.bytes(), whole.held().bytes()),
                    held.ngrams(),
                    held.words(),
                    run.all().ngrams(),
                    difference(run.all().ngrams(), whole.all().ngrams()),
                    run.all().mixture(),
                    difference(run.all().mixture(), whole.all().mixture()),
                    run.tokensPerSecond());
        }
        if (hasChange) {
            printChange(out, whole);
        }
        out.printf(Locale.ROOT, "%n%-28s %13s %11s %9s%n", "Forgotten", "bytes", "n-grams", "words");
        for (ForgettingRun.Result run : runs.subList(1, runs.size())) {
            StateSize forgotten = run.forgotten();
            out.printf(
                    Locale.ROOT,
                    "%-28s %,13d %,11d %,9d%n",
                    name(run.forgetting()),
                    forgotten.bytes(),
                    forgotten.ngrams(),
                    forgotten.words());
        }
    }

    private void printChange(PrintWriter out, ForgettingRun.Result whole) {
        out.printf(
                Locale.ROOT,
                "%n%-28s %9s %8s %9s %8s%n",
                String.format(
                        Locale.ROOT, "%,d tokens after it", whole.afterChange().tokens()),
                "n-grams",
                "",
                "mixture",
                "");
        for (ForgettingRun.Result run : runs) {
            ForgettingRun.Cost after = run.afterChange();
            out.printf(
                    Locale.ROOT,
                    "%-28s %9.2f %8s %9.2f %8s%n",
                    name(run.forgetting()),
                    after.ngrams(),
                    difference(after.ngrams(), whole.afterChange().ngrams()),
                    after.mixture(),
                    difference(after.mixture(), whole.afterChange().mixture()));
        }
    }

    private static String difference(double perplexity, double whole) {
        double more = percent(perplexity, whole) - 100;
        // Rounded to 0 it has no sign.
        return String.format(Locale.ROOT, "%+.2f%%", Math.abs(more) < 0.005 ? 0 : more);
    }

    private static double percent(double part, double whole) {
        return whole == 0 ? 100 : 100 * part / whole;
    }

    /** The same for {@code --json}. */
    Map<String, @Nullable Object> json() {
        Map<String, @Nullable Object> object = new LinkedHashMap<>();
        object.put("complete", !stopped);
        object.put("runs", runs.stream().map(this::json).toList());
        return object;
    }

    private Map<String, @Nullable Object> json(ForgettingRun.Result run) {
        Map<String, @Nullable Object> object = new LinkedHashMap<>();
        object.put("max_bytes", run.forgetting().maxBytes());
        object.put("half_life_tokens", run.forgetting().halfLifeTokens());
        object.put("tokens", run.all().tokens());
        put(object, "", run.all());
        if (hasChange) {
            object.put("tokens_after_change", run.afterChange().tokens());
            put(object, "_after_change", run.afterChange());
        }
        object.put("state_bytes", run.held().bytes());
        object.put("ngrams", run.held().ngrams());
        object.put("words", run.held().words());
        object.put("forgotten_bytes", run.forgotten().bytes());
        object.put("forgotten_ngrams", run.forgotten().ngrams());
        object.put("forgotten_words", run.forgotten().words());
        object.put("seconds", run.seconds());
        object.put("tokens_per_second", run.tokensPerSecond());
        return object;
    }

    private static void put(Map<String, @Nullable Object> object, String part, ForgettingRun.Cost cost) {
        object.put("ngram_perplexity" + part, PlainJson.number(cost.ngrams()));
        object.put("mixture_perplexity" + part, PlainJson.number(cost.mixture()));
    }

    /** Writes a line for each point of each run. */
    void writeCurve(Path file) throws IOException {
        Files.createDirectories(file.toAbsolutePath().getParent());
        try (PrintWriter rows = new PrintWriter(Files.newBufferedWriter(file, StandardCharsets.UTF_8))) {
            rows.println(
                    "max_bytes,half_life_tokens,tokens,ngram_perplexity,mixture_perplexity,state_bytes,ngrams,words");
            for (ForgettingRun.Result run : runs) {
                for (ForgettingRun.Point point : run.curve()) {
                    rows.printf(
                            Locale.ROOT,
                            "%d,%d,%d,%.4f,%.4f,%d,%d,%d%n",
                            run.forgetting().maxBytes(),
                            run.forgetting().halfLifeTokens(),
                            point.tokens(),
                            point.since().ngrams(),
                            point.since().mixture(),
                            point.held().bytes(),
                            point.held().ngrams(),
                            point.held().words());
                }
            }
            if (rows.checkError()) {
                throw new IOException("cannot write " + file);
            }
        }
    }
}
