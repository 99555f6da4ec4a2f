package dev.driftline.cli.offline;

import dev.driftline.cli.options.MalformedLines;
import dev.driftline.filter.Decision;
import dev.driftline.filter.FilterRules;
import dev.driftline.filter.FilterTrial;
import dev.driftline.filter.FilterTrial.Example;
import dev.driftline.filter.FilterTrial.Tally;
import dev.driftline.filter.Measure;
import dev.driftline.filter.Rule;
import dev.driftline.filter.Target;
import dev.driftline.terminal.Printable;
import java.io.PrintWriter;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;

/** What {@code driftline filter try} prints. */
final class FilterTrialReport {

    private static final int SOURCES_SHOWN = 20;
    private static final double[] PERCENTILES = {5, 25, 50, 75, 90, 95, 99};
    private static final Measure UNKNOWN_RATE = new Measure(Measure.Kind.UNKNOWN_RATE, "");

    private final FilterRules rules;
    private final FilterTrial trial;
    private final MalformedLines malformed;
    private final boolean stopped;
    private final Tally all;

    FilterTrialReport(FilterRules rules, FilterTrial trial, MalformedLines malformed, boolean stopped) {
        this.rules = rules;
        this.trial = trial;
        this.malformed = malformed;
        this.stopped = stopped;
        long documents = 0;
        long tokens = 0;
        for (String rule : trial.rules()) {
            documents += trial.ofRule(rule).documents();
            tokens += trial.ofRule(rule).tokens();
        }
        all = new Tally(documents, tokens);
    }

    void print(PrintWriter out) {
        if (stopped) {
            out.println("Stopped; this is what came before.");
        }
        out.printf(
                Locale.ROOT,
                "%,d documents, %,d tokens with </s>%s%n%n",
                all.documents(),
                all.tokens(),
                malformed.remark());
        int width = trial.rules().stream().mapToInt(String::length).max().orElse(9);
        out.printf(Locale.ROOT, "%-" + width + "s  %-20s %20s %24s%n", "rule", "to", "documents", "tokens");
        for (String rule : trial.rules()) {
            Tally tally = trial.ofRule(rule);
            out.printf(
                    Locale.ROOT,
                    "%-" + width + "s  %-20s %10s %9s %14s %9s%n",
                    rule,
                    to(rule),
                    String.format(Locale.ROOT, "%,d", tally.documents()),
                    share(tally.documents(), all.documents()),
                    String.format(Locale.ROOT, "%,d", tally.tokens()),
                    share(tally.tokens(), all.tokens()));
        }
        List<String> sources = trial.sources().stream()
                .sorted(Comparator.comparingLong(
                                (String source) -> trial.ofSource(source).documents())
                        .reversed())
                .toList();
        List<String> shown = sources.subList(0, Math.min(SOURCES_SHOWN, sources.size()));
        printSources(out, shown);
        if (rules.compareWithSource()) {
            printThresholds(out, shown);
        }
        if (shown.size() < sources.size()) {
            out.printf(Locale.ROOT, "  … and %,d sources more; --json has them all%n", sources.size() - shown.size());
        }
        for (String rule : trial.rules()) {
            printExamples(out, rule);
        }
    }

    private void printSources(PrintWriter out, List<String> sources) {
        out.printf(
                Locale.ROOT,
                "%nDocuments of each source; undecided: a rule asked for a percentile or a model that was not there%n");
        out.printf(Locale.ROOT, "  %-20s %9s", "", "all");
        trial.rules().forEach(rule -> out.printf(Locale.ROOT, " %" + Math.max(9, rule.length()) + "s", rule));
        out.printf(Locale.ROOT, " %9s%n", "undecided");
        for (String source : sources) {
            out.printf(
                    Locale.ROOT,
                    "  %-20s %,9d",
                    Printable.cut(source, 20),
                    trial.ofSource(source).documents());
            trial.rules()
                    .forEach(rule -> out.printf(
                            Locale.ROOT,
                            " %" + Math.max(9, rule.length()) + "s",
                            String.format(
                                    Locale.ROOT,
                                    "%,d",
                                    trial.ofRule(rule, source).documents())));
            out.printf(Locale.ROOT, " %,9d%n", trial.undecided(source).documents());
        }
    }

    private void printThresholds(PrintWriter out, List<String> sources) {
        out.printf(
                Locale.ROOT,
                "%nWhere the percentiles are in the end, in %s%n  %-20s",
                rules.percentile().of().inWords(),
                "");
        for (double percent : PERCENTILES) {
            out.printf(Locale.ROOT, " %8s", String.format(Locale.ROOT, "%.0f", percent));
        }
        out.println();
        for (String source : sources) {
            out.printf(Locale.ROOT, "  %-20s", Printable.cut(source, 20));
            for (double percent : PERCENTILES) {
                OptionalDouble threshold = trial.threshold(source, percent);
                out.printf(
                        Locale.ROOT,
                        " %8s",
                        threshold.isPresent() ? String.format(Locale.ROOT, "%.3f", threshold.getAsDouble()) : "-");
            }
            out.println();
        }
    }

    private void printExamples(PrintWriter out, String rule) {
        List<Example> examples = trial.examples(rule);
        if (examples.isEmpty()) {
            return;
        }
        out.printf(Locale.ROOT, "%n%s %s, such as%n", rule, to(rule));
        for (Example example : examples) {
            Decision decision = example.decision();
            out.printf(
                    Locale.ROOT,
                    "  %-12s %-14s %6.2f bits/token, %4.1f %% unknown%s  %s%n",
                    Printable.cut(example.id(), 12),
                    Printable.cut(example.scored().source(), 14),
                    Measure.BITS_PER_TOKEN.of(example.scored()),
                    100 * UNKNOWN_RATE.of(example.scored()),
                    decision.percentile().isPresent()
                            ? String.format(
                                    Locale.ROOT,
                                    ", percentile %5.1f",
                                    decision.percentile().getAsDouble())
                            : "",
                    example.text());
        }
    }

    private String to(String rule) {
        Target target = target(rule);
        return rules.topic(target).map(topic -> "→ " + topic).orElse("dropped");
    }

    private Target target(String name) {
        return rules.rules().stream()
                .filter(rule -> rule.name().equals(name))
                .findFirst()
                .map(Rule::target)
                .orElse(rules.otherwise());
    }

    private static String share(long part, long whole) {
        return String.format(Locale.ROOT, "(%.1f %%)", whole == 0 ? 0 : 100.0 * part / whole);
    }

    Map<String, Object> json() {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("complete", !stopped);
        object.put("documents", all.documents());
        object.put("tokens", all.tokens());
        object.put("malformed", malformed.skipped());
        Map<String, Object> byRule = new LinkedHashMap<>();
        for (String rule : trial.rules()) {
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("to", target(rule).label());
            fields.putAll(json(trial.ofRule(rule)));
            fields.put(
                    "examples",
                    trial.examples(rule).stream().map(FilterTrialReport::json).toList());
            byRule.put(rule, fields);
        }
        object.put("rules", byRule);
        Map<String, Object> sources = new LinkedHashMap<>();
        for (String source : trial.sources()) {
            Map<String, Object> fields = new LinkedHashMap<>(json(trial.ofSource(source)));
            Map<String, Object> rulesOfSource = new LinkedHashMap<>();
            trial.rules().forEach(rule -> rulesOfSource.put(rule, json(trial.ofRule(rule, source))));
            fields.put("rules", rulesOfSource);
            fields.put("undecided", json(trial.undecided(source)));
            if (rules.compareWithSource()) {
                Map<String, Object> thresholds = new LinkedHashMap<>();
                for (double percent : PERCENTILES) {
                    trial.threshold(source, percent)
                            .ifPresent(value ->
                                    thresholds.put(String.format(Locale.ROOT, "%.0f", percent), finite(value)));
                }
                fields.put("thresholds", thresholds);
            }
            sources.put(source, fields);
        }
        object.put("sources", sources);
        return object;
    }

    private static Map<String, Object> json(Tally tally) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("documents", tally.documents());
        fields.put("tokens", tally.tokens());
        return fields;
    }

    private static Map<String, Object> json(Example example) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("id", example.id());
        fields.put("source", example.scored().source());
        fields.put("tokens", example.scored().tokens());
        fields.put("bits_per_token", finite(Measure.BITS_PER_TOKEN.of(example.scored())));
        fields.put("unknown_rate", UNKNOWN_RATE.of(example.scored()));
        OptionalDouble percentile = example.decision().percentile();
        fields.put("percentile", percentile.isPresent() ? percentile.getAsDouble() : null);
        fields.put("undecided", example.decision().undecided());
        fields.put("text", example.text());
        return fields;
    }

    /** JSON has no infinity. */
    private static Object finite(double value) {
        return Double.isInfinite(value) ? "Infinity" : value;
    }
}
