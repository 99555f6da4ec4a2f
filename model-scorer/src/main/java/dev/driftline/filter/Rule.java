package dev.driftline.filter;

import java.util.List;
import java.util.stream.Collectors;

/**
 * One rule: a document that meets all conditions goes to the target.
 *
 * @param name unique among the rules
 * @param conditions at least one
 * @param target where matching documents go
 * @param line the line of the file where it begins, from 1
 */
public record Rule(String name, List<Condition> conditions, Target target, int line) {

    /** Whether it compares a document with the earlier ones of its source. */
    public boolean comparesWithSource() {
        return conditions.stream()
                .anyMatch(condition -> condition instanceof Condition.Comparison comparison
                        && comparison.measure().kind().ofSource());
    }

    /** The conditions in words. */
    public String inWords() {
        return conditions.stream().map(Condition::inWords).collect(Collectors.joining(", and "));
    }
}
