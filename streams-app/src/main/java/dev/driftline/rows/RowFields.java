package dev.driftline.rows;

import java.util.Optional;

/**
 * Where a row has what is asked of it.
 *
 * @param text the field of the text: a name, for JSON and Parquet also names joined by dots; for TSV a column's number from 1,
 *     or its name in the first line. Empty for the usual: {@code text}, and for TSV without a first line of names the third
 *     column, of tokens after an id and a source
 * @param id the field of the id, which messages name; JSON and Parquet
 */
public record RowFields(Optional<String> text, String id) {

    /** The field of the text where none is named. */
    public static final String TEXT = "text";

    /** The field that says where a row comes from. */
    static final String SOURCE = "source";

    /** As files usually have them. */
    public static RowFields usual() {
        return new RowFields(Optional.empty(), "id");
    }

    String textName() {
        return text.orElse(TEXT);
    }
}
