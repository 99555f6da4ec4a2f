package dev.driftline.text;

import com.ibm.icu.lang.UScript;
import com.ibm.icu.text.Normalizer2;
import java.util.Locale;

/** What may be done to a text before it is cut, in the order in which it is done. */
enum Step {
    /** Composed characters, and none that only steer how a line is broken or turned. */
    NFC {
        @Override
        String apply(String text) {
            return Normalizer2.getNFCInstance().normalize(Characters.withoutSteering(text));
        }
    },

    /** As {@link #NFC}, and one character for those that differ in their form alone: half and full width, ligatures. */
    NFKC {
        @Override
        String apply(String text) {
            return Normalizer2.getNFKCInstance().normalize(Characters.withoutSteering(text));
        }
    },

    /** Lower case, whatever the language of the text or of the machine. */
    LOWER {
        @Override
        String apply(String text) {
            return text.toLowerCase(Locale.ROOT);
        }
    },

    /** 0 for each decimal digit of any script. */
    DIGITS {
        @Override
        String apply(String text) {
            StringBuilder made = new StringBuilder(text.length());
            text.codePoints().forEach(c -> made.appendCodePoint(Character.isDigit(c) ? '0' : c));
            return made.toString();
        }
    },

    /**
     * Latin and Greek letters without their accents. Marks of other scripts stay: there they make another letter, as in й or
     * が. A letter whose accent is a part of it stays, too: ø, ł, đ.
     */
    ACCENTS {
        @Override
        String apply(String text) {
            if (isAscii(text)) {
                return text;
            }
            String apart = Normalizer2.getNFDInstance().normalize(text);
            StringBuilder kept = new StringBuilder(apart.length());
            boolean accented = false;
            int codePoint;
            for (int i = 0; i < apart.length(); i += Character.charCount(codePoint)) {
                codePoint = apart.codePointAt(i);
                if (!isAccent(codePoint)) {
                    int script = UScript.getScript(codePoint);
                    accented = script == UScript.LATIN
                            || script == UScript.GREEK
                            || accented && script == UScript.INHERITED;
                } else if (accented) {
                    continue;
                }
                kept.appendCodePoint(codePoint);
            }
            return Normalizer2.getNFCInstance().normalize(kept);
        }
    };

    /** {@code text} after the step. */
    abstract String apply(String text);

    /** As it stands in a tokenizer's name. */
    String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The blocks of combining diacritical marks. */
    private static boolean isAccent(int codePoint) {
        return codePoint >= 0x0300 && codePoint <= 0x036F
                || codePoint >= 0x1AB0 && codePoint <= 0x1AFF
                || codePoint >= 0x1DC0 && codePoint <= 0x1DFF
                || codePoint >= 0x20D0 && codePoint <= 0x20FF
                || codePoint >= 0xFE20 && codePoint <= 0xFE2F;
    }

    private static boolean isAscii(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) >= 0x80) {
                return false;
            }
        }
        return true;
    }
}
