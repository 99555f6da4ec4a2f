package dev.driftline.text;

import com.ibm.icu.lang.UCharacter;
import com.ibm.icu.lang.UScript;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Puts together what {@link WordTokenizer} took apart, which forgets where white space was. Punctuation is attached by the
 * rules of most languages that put spaces between words; Chinese and Japanese, Thai and its neighbours get none.
 */
final class JoinedWords implements Detokenizer {

    private enum Attach {
        NO,
        YES,
        TO_DIGIT
    }

    private static final Pattern ENDS_SENTENCE = Pattern.compile(".*[.!?…。！？।॥؟][\\p{Pe}\\p{Pf}\"']*", Pattern.DOTALL);
    private static final Pattern CLOSING_MARKS = Pattern.compile("[.,;:!?%…‰°。、，；：！？،؛؟।॥]+|''");
    private static final Pattern SUFFIX = Pattern.compile("['’]\\p{L}{1,2}|n['’]t");

    /** Stand between two words without a space. */
    private static final Set<String> JOINING = Set.of("-", "‐", "‑", "—", "@");

    private static final String OPENING_LOW = "„";
    private static final String CLOSING_OF_LOW = "“";

    private String before = "";
    private Attach attach = Attach.YES;
    private boolean ended;
    private boolean inDouble;
    private boolean inSingle;
    private boolean inLow;

    @Override
    public String next(String token) {
        Attach following = Attach.NO;
        boolean attached = attach == Attach.YES
                || attach == Attach.TO_DIGIT && Character.isDigit(token.codePointAt(0))
                || withoutSpace(token);
        boolean afterWord = !before.isEmpty() && Character.isLetterOrDigit(before.codePointBefore(before.length()));
        boolean afterDigit = afterWord && Character.isDigit(before.codePointBefore(before.length()));
        if (CLOSING_MARKS.matcher(token).matches()) {
            attached = true;
            following = token.equals(":") && afterDigit ? Attach.TO_DIGIT : Attach.NO;
        } else if (token.equals("\"")) {
            attached |= inDouble;
            inDouble = !inDouble;
            following = inDouble ? Attach.YES : Attach.NO;
        } else if (token.equals("'")) {
            // Where no quotation is open, that of "the dogs' bones".
            boolean closes = inSingle || afterWord && before.endsWith("s");
            attached |= closes;
            inSingle = !closes;
            following = closes ? Attach.NO : Attach.YES;
        } else if (token.equals(CLOSING_OF_LOW) && inLow) {
            attached = true;
            inLow = false;
        } else if (token.equals("``")
                || token.equals("#")
                || isOf(token, Character.START_PUNCTUATION)
                || isOf(token, Character.INITIAL_QUOTE_PUNCTUATION)) {
            inLow |= token.equals(OPENING_LOW);
            following = Attach.YES;
        } else if (isOf(token, Character.END_PUNCTUATION) || isOf(token, Character.FINAL_QUOTE_PUNCTUATION)) {
            attached = true;
        } else if (isOf(token, Character.CURRENCY_SYMBOL)) {
            following = Attach.TO_DIGIT;
        } else if (token.equals("/") || JOINING.contains(token) && afterWord) {
            attached = true;
            following = Attach.YES;
        } else if (token.equals("–") && afterDigit) {
            attached = true;
            following = Attach.TO_DIGIT;
        } else if (token.equals("-")) {
            following = Attach.TO_DIGIT;
        } else if (SUFFIX.matcher(token).matches() && afterWord) {
            attached = true;
        }
        String text = (ended ? betweenSentences() : attached ? "" : " ") + token;
        before = token;
        attach = following;
        ended = false;
        return text;
    }

    @Override
    public void endSentence() {
        if (!before.isEmpty()) {
            ended = true;
        }
        inDouble = false;
        inSingle = false;
        inLow = false;
    }

    @Override
    public void spaced() {
        ended = false;
        attach = Attach.YES;
    }

    @Override
    public Detokenizer copy() {
        JoinedWords copy = new JoinedWords();
        copy.before = before;
        copy.attach = attach;
        copy.ended = ended;
        copy.inDouble = inDouble;
        copy.inSingle = inSingle;
        copy.inLow = inLow;
        return copy;
    }

    private String betweenSentences() {
        if (!ENDS_SENTENCE.matcher(before).matches()) {
            return "\n";
        }
        return isCjk(before.codePointBefore(before.length())) ? "" : " ";
    }

    private boolean withoutSpace(String token) {
        if (before.isEmpty()) {
            return true;
        }
        int left = before.codePointBefore(before.length());
        int right = token.codePointAt(0);
        return isCjk(left) || isCjk(right) || isSoutheastAsian(left) && isSoutheastAsian(right);
    }

    private static boolean isOf(String token, int category) {
        return token.codePointCount(0, token.length()) == 1 && Character.getType(token.codePointAt(0)) == category;
    }

    private static boolean isCjk(int codePoint) {
        if (codePoint < 0x2E80) {
            return false;
        }
        if (codePoint >= 0x3000 && codePoint <= 0x303F || codePoint >= 0xFF01 && codePoint <= 0xFF60) {
            return true;
        }
        return switch (UScript.getScript(codePoint)) {
            case UScript.HAN, UScript.HIRAGANA, UScript.KATAKANA, UScript.BOPOMOFO -> true;
            // The mark that lengthens a vowel belongs to both syllabaries.
            default ->
                UCharacter.isUAlphabetic(codePoint)
                        && (UScript.hasScript(codePoint, UScript.HIRAGANA)
                                || UScript.hasScript(codePoint, UScript.KATAKANA));
        };
    }

    private static boolean isSoutheastAsian(int codePoint) {
        return switch (UScript.getScript(codePoint)) {
            case UScript.THAI, UScript.LAO, UScript.KHMER, UScript.MYANMAR -> true;
            default -> false;
        };
    }
}
