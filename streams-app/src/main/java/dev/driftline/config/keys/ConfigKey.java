package dev.driftline.config.keys;

import java.util.Objects;
import java.util.function.Function;

/**
 * One setting of Driftline: its name, what it means, and how its text is read and checked.
 *
 * @param name dotted lower-case name, for example {@code model.order}
 * @param defaultText the value if it is not set, as an operator would write it
 * @param accepts the accepted values, completing "must be …", for example {@code a whole number from 1 to 7}
 * @param doc one or two sentences for an operator, with the unit
 * @param reader turns text into a value; throws {@link IllegalArgumentException} if it is not accepted
 * @param <T> type of the value
 */
public record ConfigKey<T>(String name, String defaultText, String accepts, String doc, Function<String, T> reader) {

    /** Checks that nothing is null. */
    public ConfigKey {
        Objects.requireNonNull(name);
        Objects.requireNonNull(defaultText);
        Objects.requireNonNull(accepts);
        Objects.requireNonNull(doc);
        Objects.requireNonNull(reader);
    }

    /**
     * The value that {@code text} stands for.
     *
     * @throws IllegalArgumentException that names the key, the text and the accepted values
     */
    public T read(String text) {
        try {
            return reader.apply(text.strip());
        } catch (ReasonedException e) {
            throw new IllegalArgumentException(name + "=" + text + ": must be " + accepts + ": " + e.getMessage(), e);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(name + "=" + text + ": must be " + accepts);
        }
    }
}
