package dev.driftline.bulk;

import dev.driftline.rows.RowFields;
import java.util.Optional;
import java.util.Set;

/**
 * How files are scored.
 *
 * @param fields where rows have their text
 * @param language of rows that do not say theirs, a BCP 47 tag; may be empty
 * @param part what else is scored than the row
 * @param prefix of the names of the new fields
 * @param buckets by which each row is named; empty for none
 * @param keep the buckets whose rows are written; empty for all
 * @param isBare whether rows are written as they were, without the scores
 * @param isStrict whether the first row without a score ends the run
 * @param overwrite whether outputs that are there are replaced
 * @param threads that score
 * @param documentTokens the most tokens of a row
 * @param tokenBytes the most bytes of a token
 */
public record ScoreOptions(
        RowFields fields,
        String language,
        Part part,
        String prefix,
        Optional<Buckets> buckets,
        Set<String> keep,
        boolean isBare,
        boolean isStrict,
        boolean overwrite,
        int threads,
        int documentTokens,
        int tokenBytes) {

    /** What a run has to have in common with one that it goes on with. */
    String identity() {
        return fields + " " + language + " " + part + " " + documentTokens + " " + tokenBytes;
    }
}
