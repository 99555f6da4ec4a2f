package dev.driftline.bulk;

import dev.driftline.bulk.RowCost.Cost;
import dev.driftline.rows.Column;
import dev.driftline.rows.Column.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The columns that a score adds to a row.
 *
 * @param prefix of their names
 * @param part whose costs are listed
 * @param buckets the row's is named; empty for none
 * @param hasPercentiles whether there is something that percentiles are of
 */
record ScoreColumns(String prefix, Part part, Optional<Buckets> buckets, boolean hasPercentiles) {

    static final String PERPLEXITY = "perplexity";
    static final String BITS_PER_TOKEN = "bits_per_token";

    private static final List<Column> MEASURES = List.of(
            new Column(PERPLEXITY, Kind.NUMBER),
            new Column(BITS_PER_TOKEN, Kind.NUMBER),
            new Column("unknown_rate", Kind.NUMBER),
            new Column("tokens", Kind.COUNT));

    /** The columns, in the order of {@link #values}. */
    List<Column> columns() {
        List<Column> columns = new ArrayList<>();
        MEASURES.forEach(column -> columns.add(new Column(prefix + column.name(), column.kind())));
        if (hasPercentiles) {
            columns.add(new Column(prefix + "percentile", Kind.NUMBER));
        }
        if (buckets.isPresent()) {
            columns.add(new Column(prefix + "bucket", Kind.TEXT));
        }
        if (part != Part.NONE) {
            columns.add(new Column(prefix + part.column(), Kind.LIST, MEASURES));
        }
        columns.add(new Column(prefix + "error", Kind.TEXT));
        return columns;
    }

    /** The bucket of a row; empty for one without a score. */
    Optional<String> bucket(RowCost cost, Percentiles percentiles) {
        return cost.problem().isPresent()
                ? Optional.empty()
                : buckets.map(named -> named.of(percentiles.of(cost.total().bitsPerToken())));
    }

    /** The values of a row. */
    @Nullable
    Object[] values(RowCost cost, Percentiles percentiles) {
        List<@Nullable Object> values = new ArrayList<>();
        boolean hasScore = cost.problem().isEmpty();
        addMeasures(hasScore ? cost.total() : null, values);
        if (hasPercentiles) {
            values.add(hasScore ? rounded(percentiles.of(cost.total().bitsPerToken())) : null);
        }
        if (buckets.isPresent()) {
            values.add(bucket(cost, percentiles).orElse(null));
        }
        if (part != Part.NONE) {
            values.add(hasScore ? parts(cost) : null);
        }
        values.add(cost.problem().orElse(null));
        return values.toArray();
    }

    private static List<@Nullable Object[]> parts(RowCost cost) {
        List<@Nullable Object[]> parts = new ArrayList<>();
        for (Cost part : cost.parts()) {
            List<@Nullable Object> values = new ArrayList<>();
            addMeasures(part, values);
            parts.add(values.toArray());
        }
        return parts;
    }

    private static void addMeasures(@Nullable Cost cost, List<@Nullable Object> into) {
        into.add(cost == null ? null : rounded(cost.perplexity()));
        into.add(cost == null ? null : rounded(cost.bitsPerToken()));
        into.add(cost == null ? null : rounded(cost.unknownRate()));
        into.add(cost == null ? null : (Long) (long) cost.tokens());
    }

    /** To six digits behind the point: more would be noise, and tells apart what is the same. */
    private static Double rounded(double number) {
        return Math.abs(number) < 1e9 ? Math.rint(number * 1e6) / 1e6 : number;
    }
}
