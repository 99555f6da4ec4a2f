package dev.driftline.filter;

import java.util.ArrayList;
import java.util.List;

/** Decides where documents go. Immutable; thread-safe. */
public final class DocumentFilter {

    private final FilterRules rules;
    private final boolean comparesWithSource;

    /** A filter by {@code rules}. */
    public DocumentFilter(FilterRules rules) {
        this.rules = rules;
        comparesWithSource = rules.compareWithSource();
    }

    /** The rules. */
    public FilterRules rules() {
        return rules;
    }

    /** Whether a rule compares a document with the earlier ones of its source; if not, a source needs no state. */
    public boolean comparesWithSource() {
        return comparesWithSource;
    }

    /** As {@link #decide(ScoredDocument, SourceQuantiles, SourceQuantiles)}, where nothing is known of other sources. */
    public Decision decide(ScoredDocument document, SourceQuantiles source) {
        return decide(document, source, new SourceQuantiles());
    }

    /**
     * Decides about a document by the earlier documents of its source, and then adds the document to them.
     *
     * @param source of the document's source; left alone where no rule compares documents of a source
     * @param everyone of all sources together, with which the excess of a new source compares; left alone likewise
     */
    public Decision decide(ScoredDocument document, SourceQuantiles source, SourceQuantiles everyone) {
        Standing standing = Standing.NONE;
        if (comparesWithSource) {
            double value = rules.percentile().of().of(document);
            standing = source.standing(value, rules.percentile(), everyone);
            everyone.add(value, rules.percentile());
            source.add(value, rules.percentile());
        }
        List<String> undecided = new ArrayList<>();
        for (Rule rule : rules.rules()) {
            switch (ask(rule, document, standing)) {
                case YES -> {
                    return new Decision(rule.name(), rule.target(), standing.percentile(), undecided);
                }
                case UNKNOWN -> undecided.add(rule.name());
                case NO -> {}
            }
        }
        return new Decision(FilterRules.OTHERWISE, rules.otherwise(), standing.percentile(), undecided);
    }

    /** NO if one condition does not hold, even where others are unknown. */
    private static Condition.Answer ask(Rule rule, ScoredDocument document, Standing standing) {
        Condition.Answer all = Condition.Answer.YES;
        for (Condition condition : rule.conditions()) {
            Condition.Answer answer = condition.ask(document, standing);
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
