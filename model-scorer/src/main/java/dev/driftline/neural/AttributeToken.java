package dev.driftline.neural;

/**
 * A token before the first word of a document that names an attribute of it. A network that was trained with such tokens
 * generates text of that kind after one.
 */
public final class AttributeToken {

    private AttributeToken() {}

    /** The token of an attribute: {@code <source=news>}. */
    public static String of(String name, String value) {
        return "<" + name + "=" + value + ">";
    }

    /**
     * The token of {@code NAME=VALUE}.
     *
     * @throws IllegalArgumentException if there is no {@code =} after a name
     */
    public static String parse(String assignment) {
        int equals = assignment.indexOf('=');
        if (equals < 1) {
            throw new IllegalArgumentException(
                    "an attribute must be NAME=VALUE, such as source=news, not '" + assignment + "'");
        }
        return of(assignment.substring(0, equals), assignment.substring(equals + 1));
    }
}
