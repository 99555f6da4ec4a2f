package dev.driftline.filter;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * A dry run of a filter on a corpus: the decisions that the service would make if the documents came in this order through
 * one partition, added up. About 7 KB of memory a source. Not thread-safe.
 */
public final class FilterTrial {

    /**
     * Documents and their tokens.
     *
     * @param documents how many
     * @param tokens how many, {@code </s>} included
     */
    public record Tally(long documents, long tokens) {

        private Tally plus(Tally other) {
            return new Tally(documents + other.documents, tokens + other.tokens);
        }
    }

    /**
     * A document that a rule decided about.
     *
     * @param id its id
     * @param scored what rules can compare
     * @param decision what the filter decided
     * @param text its first words
     */
    public record Example(String id, ScoredDocument scored, Decision decision, String text) {}

    private final DocumentFilter filter;
    private final int examples;
    private final SplittableRandom random = new SplittableRandom(1);
    private final Map<String, SourceQuantiles> sources = new HashMap<>();
    private final SourceQuantiles everyone = new SourceQuantiles();
    private final Map<String, Map<String, Tally>> bySource = new TreeMap<>();
    private final Map<String, Tally> byRule = new TreeMap<>();
    private final Map<String, Tally> undecided = new TreeMap<>();
    private final Map<String, List<Example>> examplesByRule = new LinkedHashMap<>();

    /**
     * A trial of {@code filter}.
     *
     * @param examples how many documents of each rule to keep as examples, drawn at random
     */
    public FilterTrial(DocumentFilter filter, int examples) {
        this.filter = filter;
        this.examples = examples;
    }

    /** The names of the rules in order, and {@link FilterRules#OTHERWISE}. */
    public List<String> rules() {
        List<String> names = new ArrayList<>();
        filter.rules().rules().forEach(rule -> names.add(rule.name()));
        names.add(FilterRules.OTHERWISE);
        return names;
    }

    /** Decides about the next document of the corpus, and counts it. */
    public Decision add(String id, ScoredDocument document, String text) {
        SourceQuantiles source = sources.computeIfAbsent(document.source(), name -> new SourceQuantiles());
        Decision decision = filter.decide(document, source, everyone);
        Tally one = new Tally(1, document.tokens());
        bySource.computeIfAbsent(document.source(), name -> new TreeMap<>()).merge(decision.rule(), one, Tally::plus);
        byRule.merge(decision.rule(), one, Tally::plus);
        if (!decision.undecided().isEmpty()) {
            undecided.merge(document.source(), one, Tally::plus);
        }
        List<Example> kept = examplesByRule.computeIfAbsent(decision.rule(), rule -> new ArrayList<>());
        Example example = new Example(id, document, decision, text);
        if (kept.size() < examples) {
            kept.add(example);
        } else if (examples > 0) {
            long at = random.nextLong(ofRule(decision.rule()).documents());
            if (at < examples) {
                kept.set((int) at, example);
            }
        }
        return decision;
    }

    /** The sources, by name. */
    public List<String> sources() {
        return List.copyOf(bySource.keySet());
    }

    /** What {@code rule} decided about, of all sources. */
    public Tally ofRule(String rule) {
        return byRule.getOrDefault(rule, new Tally(0, 0));
    }

    /** What {@code rule} decided about, of {@code source}. */
    public Tally ofRule(String rule, String source) {
        return bySource.getOrDefault(source, Map.of()).getOrDefault(rule, new Tally(0, 0));
    }

    /** All documents of {@code source}. */
    public Tally ofSource(String source) {
        return bySource.getOrDefault(source, Map.of()).values().stream().reduce(new Tally(0, 0), Tally::plus);
    }

    /** Documents of {@code source} for which some rule could not be decided. */
    public Tally undecided(String source) {
        return undecided.getOrDefault(source, new Tally(0, 0));
    }

    /** Examples of documents that {@code rule} decided about: the number asked for, or all if there are fewer. */
    public List<Example> examples(String rule) {
        return examplesByRule.getOrDefault(rule, List.of());
    }

    /**
     * The threshold for the next document of a source: the value of the ranking measure at a percentile of the last
     * documents of that source.
     */
    public OptionalDouble threshold(String source, double percent) {
        SourceQuantiles quantiles = sources.get(source);
        return quantiles == null ? OptionalDouble.empty() : quantiles.value(percent);
    }
}
