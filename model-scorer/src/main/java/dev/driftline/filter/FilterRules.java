package dev.driftline.filter;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * All rules of a filter; the first that matches decides. Immutable.
 *
 * @param rules in order
 * @param otherwise where documents go that match no rule
 * @param keepTopic the topic for documents that are kept, without the prefix of all topics
 * @param percentile what a percentile is
 */
public record FilterRules(List<Rule> rules, Target otherwise, String keepTopic, PercentileSettings percentile) {

    /**
     * The rules that are called {@code default}: keep what is as usual in its source, drop what is broken. Four bits a token
     * beyond the median are a perplexity 16 times as high.
     */
    public static final String DEFAULT = """
            {
              "rules": [{"name": "broken", "if": {"excess": "> 4"}, "to": "drop"}],
              "otherwise": "keep",
              "percentile": {"of": "bits_per_token", "minimum": 5}
            }
            """;

    /** Documents that match no rule are counted under this name. No rule may have it. */
    public static final String OTHERWISE = "otherwise";

    /** The topics that the rules send documents to, without the prefix of all topics. */
    public Set<String> topics() {
        Set<String> topics = new TreeSet<>();
        Stream.concat(rules.stream().map(Rule::target), Stream.of(otherwise))
                .forEach(target -> topic(target).ifPresent(topics::add));
        return topics;
    }

    /** The topic of a target, without the prefix of all topics; empty for documents that are dropped. */
    public Optional<String> topic(Target target) {
        if (target instanceof Target.ToTopic topic) {
            return Optional.of(topic.name());
        }
        return target instanceof Target.Keep ? Optional.of(keepTopic) : Optional.empty();
    }

    /** Whether a rule compares a document with the earlier ones of its source: its percentile, or its excess. */
    public boolean compareWithSource() {
        return rules.stream().anyMatch(Rule::comparesWithSource);
    }

    /**
     * Checks that every model named in the rules exists.
     *
     * @param models the names of the models that documents are scored with
     * @throws InvalidRulesException naming each model that does not exist
     */
    public void requireModels(List<String> models) {
        Stream<String> named = Stream.concat(
                rules.stream()
                        .flatMap(rule -> rule.conditions().stream()
                                .filter(Condition.Comparison.class::isInstance)
                                .map(condition -> ((Condition.Comparison) condition).measure())
                                .filter(measure -> isMissing(measure, models))
                                .map(measure ->
                                        "line " + rule.line() + ": rule '" + rule.name() + "' asks for " + measure)),
                Stream.of(percentile.of())
                        .filter(measure -> isMissing(measure, models))
                        .map(measure -> "\"percentile\" is of " + measure));
        List<String> problems = named.map(
                        problem -> problem + ", and there is no such model: use one of " + String.join(", ", models))
                .toList();
        if (!problems.isEmpty()) {
            throw new InvalidRulesException(problems);
        }
    }

    private static boolean isMissing(Measure measure, List<String> models) {
        return measure.kind().ofModel() && !models.contains(measure.model());
    }
}
