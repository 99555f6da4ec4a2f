package dev.driftline.cli.options;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The numbers that an option may be, as its help says: {@code 1 or more}, {@code 1 to 7}, {@code 0 to below 1}, {@code above 0}
 * or {@code above 0 and up to 1}.
 *
 * @param words how it is said after <em>must be</em>
 */
record Range(double least, boolean leastIncluded, double most, boolean mostIncluded, String words) {

    private static final Pattern BETWEEN = Pattern.compile("\\b(\\d+) to (below )?(\\d+)\\b");
    private static final Pattern ABOVE = Pattern.compile("\\babove (\\d+)(?: and up to (\\d+))?\\b");
    private static final Pattern AT_LEAST = Pattern.compile("\\b(\\d+) or more\\b");

    /** The range that a help text names; empty if it names none. */
    static Optional<Range> in(String help) {
        Matcher between = BETWEEN.matcher(help);
        if (between.find()) {
            double most = Double.parseDouble(between.group(3));
            return Optional.of(new Range(
                    Double.parseDouble(between.group(1)),
                    true,
                    most,
                    between.group(2) == null,
                    "from " + between.group()));
        }
        Matcher atLeast = AT_LEAST.matcher(help);
        if (atLeast.find()) {
            double least = Double.parseDouble(atLeast.group(1));
            return Optional.of(new Range(least, true, Double.POSITIVE_INFINITY, true, atLeast.group()));
        }
        Matcher above = ABOVE.matcher(help);
        if (above.find()) {
            double most = above.group(2) == null ? Double.POSITIVE_INFINITY : Double.parseDouble(above.group(2));
            return Optional.of(new Range(Double.parseDouble(above.group(1)), false, most, true, above.group()));
        }
        return Optional.empty();
    }

    /** Whether {@code number} may be given; never infinite or not a number. */
    boolean contains(double number) {
        return Double.isFinite(number)
                && (leastIncluded ? number >= least : number > least)
                && (mostIncluded ? number <= most : number < most);
    }

    @Override
    public String toString() {
        return words;
    }
}
