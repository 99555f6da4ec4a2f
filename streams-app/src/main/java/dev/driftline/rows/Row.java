package dev.driftline.rows;

import dev.driftline.corpus.CorpusContent;
import java.util.Optional;
import java.util.OptionalDouble;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.schema.GroupType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;

/**
 * A row of a file, with what it was read from, so that it can be written again as it was. Immutable, but for the group of
 * Parquet, which nobody changes.
 */
public sealed interface Row {

    /** Its number among the rows of the file, from 1. */
    long number();

    /** Its id; where the file has none, the name of the file and the number of the row. */
    String id();

    /** Where it comes from; where the file does not say, the name of the file without its extension. */
    String source();

    /** The text; empty where there is a {@link #problem()}. */
    Optional<CorpusContent> content();

    /** Why the row has no text that could be read; empty where it has. */
    Optional<String> problem();

    /** The number in a field of its own name; empty where the row has none. */
    OptionalDouble number(String field);

    /**
     * A row that was a line.
     *
     * @param line the line as it was, without its end
     * @param isObject whether the line is a JSON object, to which fields can be added
     */
    record Line(
            long number,
            String id,
            String source,
            Optional<CorpusContent> content,
            Optional<String> problem,
            String line,
            boolean isObject)
            implements Row {

        @Override
        public OptionalDouble number(String field) {
            return isObject ? JsonRows.number(line, field) : OptionalDouble.empty();
        }
    }

    /**
     * A row of a Parquet file.
     *
     * @param group its values
     */
    record Record(
            long number,
            String id,
            String source,
            Optional<CorpusContent> content,
            Optional<String> problem,
            Group group)
            implements Row {

        @Override
        public OptionalDouble number(String field) {
            GroupType type = group.getType();
            return type.containsField(field)
                            && type.getType(field).isPrimitive()
                            && type.getType(field).asPrimitiveType().getPrimitiveTypeName() == PrimitiveTypeName.DOUBLE
                            && group.getFieldRepetitionCount(field) == 1
                    ? OptionalDouble.of(group.getDouble(field, 0))
                    : OptionalDouble.empty();
        }
    }
}
