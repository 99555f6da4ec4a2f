package dev.driftline.filter;

import java.util.List;
import java.util.OptionalDouble;

/**
 * What a filter decided about a document.
 *
 * @param rule the name of the rule that matched, or {@link FilterRules#OTHERWISE}
 * @param target where it goes
 * @param percentile its percentile within its source; empty where the source had too few documents, and where no rule asks
 *     for percentiles
 * @param undecided earlier rules that could not be decided, because the document lacks what they compare; they count as not
 *     matching
 */
public record Decision(String rule, Target target, OptionalDouble percentile, List<String> undecided) {}
