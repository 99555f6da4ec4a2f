package dev.driftline.config.keys;

import java.nio.file.Path;

/** How the text of a setting becomes a value. All throw {@link IllegalArgumentException} for what they do not accept. */
final class ValueReaders {

    private ValueReaders() {}

    static boolean trueOrFalse(String value) {
        return switch (value) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new IllegalArgumentException(value);
        };
    }

    static long between(long value, long least, long most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(Long.toString(value));
        }
        return value;
    }

    static String matching(String value, String pattern) {
        if (!value.matches(pattern)) {
            throw new IllegalArgumentException(value);
        }
        return value;
    }

    static Path path(String value) {
        if (value.isEmpty()) {
            throw new IllegalArgumentException(value);
        }
        return Path.of(value);
    }

    /** A number of bytes, alone or with one of the units KiB, MiB and GiB. */
    static long bytes(String value) {
        long unit = 1;
        String digits = value;
        if (value.endsWith("KiB")) {
            unit = KeyGroup.KIB;
        } else if (value.endsWith("MiB")) {
            unit = KeyGroup.MIB;
        } else if (value.endsWith("GiB")) {
            unit = KeyGroup.GIB;
        }
        if (unit > 1) {
            digits = value.substring(0, value.length() - 3).strip();
        }
        try {
            return Math.multiplyExact(Long.parseLong(digits), unit);
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException(value, e);
        }
    }
}
