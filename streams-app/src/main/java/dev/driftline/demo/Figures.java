package dev.driftline.demo;

import java.util.Locale;

/** Numbers as the demo prints them. */
final class Figures {

    private static final String NONE = "–";

    private Figures() {}

    /** A count, with commas. */
    static String count(long value) {
        return String.format(Locale.ROOT, "%,d", value);
    }

    /** A perplexity with one decimal, or a dash where there is none. */
    static String perplexity(double value) {
        return Double.isFinite(value) ? String.format(Locale.ROOT, "%,.1f", value) : NONE;
    }

    /** A number with three decimals, or a dash where there is none. */
    static String precise(double value) {
        return Double.isFinite(value) ? String.format(Locale.ROOT, "%.3f", value) : NONE;
    }

    /** A rate, rounded to whole numbers, or a dash where no time has passed. */
    static String rate(long amount, long millis) {
        return millis <= 0 ? NONE : count(Math.round(amount * 1000.0 / millis));
    }

    /** A share, in per cent. */
    static String percent(double part, double whole) {
        return whole <= 0 ? NONE : String.format(Locale.ROOT, "%.1f %%", 100 * part / whole);
    }

    /** {@code text}, cut to {@code width} characters. */
    static String cut(String text, int width) {
        return text.length() <= width ? text : text.substring(0, width - 1) + "…";
    }
}
