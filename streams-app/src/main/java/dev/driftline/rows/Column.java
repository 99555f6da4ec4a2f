package dev.driftline.rows;

import java.util.List;

/**
 * A column that is added to rows.
 *
 * @param name its name
 * @param kind what its values are
 * @param parts the columns of each part; empty unless it is a list
 */
public record Column(String name, Kind kind, List<Column> parts) {

    /** What the values of a column are; any may be missing. */
    public enum Kind {
        /** A {@link Double}. */
        NUMBER,

        /** A {@link Long}. */
        COUNT,

        /** A {@link String}. */
        TEXT,

        /** A list of parts, {@code List<Object[]>}, each with a value for each of {@link Column#parts()}. */
        LIST
    }

    /** A column of single values. */
    public Column(String name, Kind kind) {
        this(name, kind, List.of());
    }
}
