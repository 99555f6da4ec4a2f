package dev.driftline.filter;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/** Decides where documents go. Immutable; thread-safe. */
public final class DocumentFilter {

    private final FilterRules rules;
    private final boolean percentiles;

    /** A filter by {@code rules}. */
    public DocumentFilter(FilterRules rules) {
        this.rules = rules;
        percentiles = rules.usePercentiles();
    }

    /** The rules. */
    public FilterRules rules() {
        return rules;
    }

    /** Whether a rule asks for a percentile; if not, a source needs no state. */
    public boolean usesPercentiles() {
        return percentiles;
    }

    /**
     * Decides about a document by the earlier documents of its source, and then adds the document to them.
     *
     * @param source of the document's source; left alone where no rule asks for percentiles
     */
    public Decision decide(ScoredDocument document, SourceQuantiles source) {
        OptionalDouble percentile = OptionalDouble.empty();
        if (percentiles) {
            double value = rules.percentile().of().of(document);
            percentile = source.percentile(value, rules.percentile());
            source.add(value, rules.percentile());
        }
        List<String> undecided = new ArrayList<>();
        for (Rule rule : rules.rules()) {
            switch (ask(rule, document, percentile)) {
                case YES -> {
                    return new Decision(rule.name(), rule.target(), percentile, undecided);
                }
                case UNKNOWN -> undecided.add(rule.name());
                case NO -> {}
            }
        }
        return new Decision(FilterRules.OTHERWISE, rules.otherwise(), percentile, undecided);
    }

    /** NO if one condition does not hold, even where others are unknown. */
    private static Condition.Answer ask(Rule rule, ScoredDocument document, OptionalDouble percentile) {
        Condition.Answer all = Condition.Answer.YES;
        for (Condition condition : rule.conditions()) {
            Condition.Answer answer = condition.ask(document, percentile);
            if (answer == Condition.Answer.NO) {
                return answer;
            }
            if (answer == Condition.Answer.UNKNOWN) {
                all = answer;
            }
        }
        return all;
    }
}
