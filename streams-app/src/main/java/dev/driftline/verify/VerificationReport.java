package dev.driftline.verify;

import java.util.List;
import java.util.Map;

/**
 * What a verification has found.
 *
 * @param documents documents replayed
 * @param tokens tokens of them
 * @param ngrams distinct n-grams of the state that were compared, in their longest contexts
 * @param scores scores that were compared
 * @param mixtures those of them of which the mixture was compared, too
 * @param underWay documents that the deployment had not finished when the end was fixed
 * @param refused records of the inputs that are not documents
 * @param differences the first ones of each kind, in the order in which they were found
 * @param counts how many there are in all, by kind
 * @param notes what could not be compared and why, in sentences
 */
public record VerificationReport(
        long documents,
        long tokens,
        long ngrams,
        long scores,
        long mixtures,
        long underWay,
        long refused,
        List<Difference> differences,
        Map<Difference.Kind, Long> counts,
        List<String> notes) {

    public VerificationReport {
        differences = List.copyOf(differences);
        counts = Map.copyOf(counts);
        notes = List.copyOf(notes);
    }

    /** Whether nothing differs. */
    public boolean isEqual() {
        return counts.isEmpty();
    }
}
