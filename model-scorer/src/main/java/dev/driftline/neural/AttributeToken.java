package dev.driftline.neural;

/**
 * The token that tells a network what a document is, put before its first word: trained with it, a network writes as such
 * a document is written when text is generated after it.
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
                    "an attribute is given as NAME=VALUE, such as source=news, not '" + assignment + "'");
        }
        return of(assignment.substring(0, equals), assignment.substring(equals + 1));
    }
}
