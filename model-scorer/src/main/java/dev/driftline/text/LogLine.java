package dev.driftline.text;

import com.ibm.icu.lang.UCharacter;
import com.ibm.icu.lang.UProperty;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Goes through a line of a log, token by token. Each rule looks ahead over a bounded number of characters, or over those that
 * it then takes: the time is linear in the length of the line. Not thread-safe.
 *
 * <p>A kind begins where no letter, digit or {@code _} stands before it, so that {@code sha256} is a word. A number begins
 * within a word, too, where it has four digits or more or stands after {@code _}: {@code blk_38865049064139660} is the word
 * {@code blk_} and a number.
 */
final class LogLine {

    static final String TIME = "<time>";
    static final String NUMBER = "<number>";
    static final String HEX = "<hex>";
    static final String UUID = "<uuid>";
    static final String IP = "<ip>";
    static final String PATH = "<path>";
    static final String URL = "<url>";

    /** What is one token where it stands in a text. */
    static final List<String> CLASSES = List.of(TIME, NUMBER, HEX, UUID, IP, PATH, URL, "<unk>");

    private static final Set<String> MONTHS =
            Set.of("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec");
    private static final Set<String> WEEKDAYS = Set.of("mon", "tue", "wed", "thu", "fri", "sat", "sun");

    private static final int NONE = -1;
    private static final int LONGEST_SCHEME = 12;
    private static final int LONG_NUMBER = 4;
    private static final int HEX_DIGITS = 8;
    private static final int LEAST_PAIRS = 6;
    private static final int MOST_PAIRS = 64;
    private static final char ZERO_WIDTH_JOINER = '\u200D';

    private final String text;
    private final int from;
    private final int to;

    private int start;
    private int end;
    private String token = "";

    /** The line is what stands in {@code text} between the two indices. */
    LogLine(String text, int from, int to) {
        this.text = text;
        this.from = from;
        this.to = to;
        end = from;
    }

    /** Goes on to the next token; false where there is none. */
    boolean next() {
        int i = end;
        while (i < to) {
            int codePoint = text.codePointAt(i);
            if (Characters.separates(codePoint)) {
                i += Character.charCount(codePoint);
                continue;
            }
            start = i;
            end = take(i, codePoint);
            if (!token.isEmpty() || !Characters.invisible(text, start, end)) {
                return true;
            }
            i = end;
        }
        end = to;
        return false;
    }

    /** The token: a class, or what stands in the line. */
    String token() {
        return token.isEmpty() ? literal() : token;
    }

    /** What stands in the line for the token. */
    String literal() {
        return text.substring(start, end);
    }

    private int take(int i, int codePoint) {
        token = "";
        if (codePoint == '<') {
            for (String name : CLASSES) {
                if (text.startsWith(name, i) && i + name.length() <= to) {
                    return as(name, i + name.length());
                }
            }
        }
        if (i == from || !isWord(text.codePointBefore(i))) {
            int taken = kind(i, codePoint);
            if (taken != NONE) {
                return taken;
            }
        }
        if (isDigit(at(i))) {
            return as(NUMBER, number(i));
        }
        return isWord(codePoint) ? word(i) : mark(i);
    }

    private int as(String name, int taken) {
        token = name;
        return taken;
    }

    /** The end of the time, address, path or the like that begins here; {@link #NONE} where none does. */
    private int kind(int i, int codePoint) {
        if (isHex(at(i))) {
            int taken = uuid(i);
            if (taken != NONE) {
                return as(UUID, taken);
            }
            taken = hexPairs(i);
            if (taken != NONE) {
                return as(HEX, taken);
            }
        }
        if (isHex(at(i)) || codePoint == ':') {
            int taken = ip6(i);
            if (taken != NONE) {
                return as(IP, taken);
            }
        }
        if (codePoint == '[') {
            int inner = ip6(i + 1);
            if (inner != NONE && at(inner) == ']' && at(inner + 1) == ':' && isDigit(at(inner + 2))) {
                return as(IP, inner + 2 + digits(inner + 2, 5));
            }
            return NONE;
        }
        if (isDigit(at(i))) {
            int taken = time(i);
            if (taken != NONE) {
                return as(TIME, taken);
            }
            taken = ip4(i);
            if (taken != NONE) {
                return as(IP, withPortOrPrefix(taken));
            }
        }
        if (isLetter(at(i))) {
            int taken = url(i);
            if (taken != NONE) {
                return as(URL, taken);
            }
            taken = namedTime(i);
            if (taken != NONE) {
                return as(TIME, taken);
            }
        }
        if (isHex(at(i))) {
            int taken = hex(i);
            if (taken != NONE) {
                return as(HEX, taken);
            }
        }
        int taken = path(i);
        if (taken != NONE) {
            return as(PATH, taken);
        }
        if ((codePoint == '-' || codePoint == '+')
                && isDigit(at(i + 1))
                && (i == from || text.charAt(i - 1) != ')' && text.charAt(i - 1) != ']')) {
            return as(NUMBER, number(i + 1));
        }
        return NONE;
    }

    // Times: a date, a time of the day with seconds, or both.

    private int time(int i) {
        int date = isoDate(i);
        if (date != NONE) {
            return withClock(date);
        }
        date = compactDate(i);
        if (date != NONE) {
            return date;
        }
        date = dateByDay(i);
        if (date != NONE) {
            return date;
        }
        int clock = clock(i, ':', true);
        return clock == NONE ? NONE : withZone(clock);
    }

    /** 2015-10-18, 2015/10/18, 2005.06.03 */
    private int isoDate(int i) {
        char mark = at(i + 4);
        return digits(i, 5) == 4
                        && (mark == '-' || mark == '/' || mark == '.')
                        && within(i + 5, 1, 12)
                        && at(i + 7) == mark
                        && within(i + 8, 1, 31)
                        && !isDigit(at(i + 10))
                ? i + 10
                : NONE;
    }

    /** A date with the time that stands behind it, if any. */
    private int withClock(int date) {
        char between = at(date);
        if (between == 'T' || between == 't' || between == ' ' || between == '_' || between == ':' || between == '-') {
            int clock = clock(date + 1, ':', false);
            if (clock == NONE && between == '-') {
                clock = clock(date + 1, '.', true);
            }
            if (clock != NONE) {
                return withZone(clock);
            }
        }
        return isWordAt(date) ? NONE : date;
    }

    /** 081109 203615 where the line begins, and 20171223-22:15:29:606. */
    private int compactDate(int i) {
        int length = digits(i, 9);
        if (length == 6 && i == from && at(i + 6) == ' ' && digits(i + 7, 7) == 6) {
            boolean valid = within(i + 2, 1, 12)
                    && within(i + 4, 1, 31)
                    && within(i + 7, 0, 23)
                    && within(i + 9, 0, 59)
                    && within(i + 11, 0, 60);
            return valid && !isWordAt(i + 13) ? i + 13 : NONE;
        }
        if (length == 8 && within(i + 4, 1, 12) && within(i + 6, 1, 31)) {
            char between = at(i + 8);
            int clock = between == '-' || between == 'T' || between == ' ' ? clock(i + 9, ':', true) : NONE;
            return clock == NONE ? NONE : withZone(clock);
        }
        return NONE;
    }

    /** 17/06/09 20:10:40, 04.12.2005, 10/Oct/2000:13:55:36 -0700, 06 Nov 1994 08:49:37 GMT */
    private int dateByDay(int i) {
        int day = digits(i, 3);
        if (day > 2) {
            return NONE;
        }
        char mark = at(i + day);
        int month = i + day + 1;
        if (isMonth(month) && (mark == '/' || mark == '-' || mark == ' ') && at(month + 3) == mark) {
            int year = digits(month + 4, 5);
            if (year == 4 || year == 2 && mark == '-') {
                return withClock(month + 4 + year);
            }
            return NONE;
        }
        if (mark != '/' && mark != '.' && mark != '-') {
            return NONE;
        }
        int second = digits(month, 3);
        int year = month + second + 1;
        if (second == 0
                || second > 2
                || at(month + second) != mark
                || !within(i, day, 1, 31)
                || !within(month, second, 1, 31)) {
            return NONE;
        }
        int length = digits(year, 5);
        if (length == 4) {
            // A version goes on: 75.0.3770.100 is not a date.
            return at(year + 4) == '.' && isDigit(at(year + 5)) ? NONE : withClock(year + 4);
        }
        if (length == 2 && mark != '-' && at(year + 2) == ' ') {
            int clock = clock(year + 3, ':', true);
            return clock == NONE ? NONE : withZone(clock);
        }
        return NONE;
    }

    /** Jun 14 15:16:01, Sun Dec 04 04:47:44 2005, Sun, 06 Nov 1994 08:49:37 GMT */
    private int namedTime(int i) {
        int at = i;
        if (isOf(WEEKDAYS, at)) {
            at += at(at + 3) == ',' ? 4 : 3;
            if (at(at) != ' ') {
                return NONE;
            }
            at++;
            if (isDigit(at(at))) {
                return dateByDay(at);
            }
        }
        if (!isMonth(at) || at(at + 3) != ' ') {
            return NONE;
        }
        at += at(at + 4) == ' ' ? 5 : 4;
        int day = digits(at, 3);
        if (day == 0 || day > 2) {
            return NONE;
        }
        at += day;
        at += at(at) == ',' ? 1 : 0;
        if (at(at) == ' ' && digits(at + 1, 5) == 4) {
            return withClock(at + 5);
        }
        int clock = at(at) == ' ' ? clock(at + 1, ':', true) : NONE;
        if (clock == NONE) {
            return NONE;
        }
        clock = withZone(clock);
        return at(clock) == ' ' && digits(clock + 1, 5) == 4 && !isWordAt(clock + 5) && at(clock + 5) != '.'
                ? clock + 5
                : clock;
    }

    /** The end of a time of the day: 4:47, 04:47:44, 04:47:44.123456, 04:47:44,123, 04:47:44:123 */
    private int clock(int i, char mark, boolean seconds) {
        int hour = digits(i, 3);
        if (hour == 0 || hour > 2 || !within(i, hour, 0, 24) || at(i + hour) != mark) {
            return NONE;
        }
        int at = i + hour + 1;
        if (digits(at, 3) != 2 || !within(at, 0, 59)) {
            return NONE;
        }
        at += 2;
        if (at(at) != mark || digits(at + 1, 3) != 2 || !within(at + 1, 0, 60)) {
            return seconds || isWordAt(at) && at(at) != 'Z' || at(at) == mark && isDigit(at(at + 1)) ? NONE : at;
        }
        at += 3;
        char fraction = at(at);
        int length = digits(at + 1, 10);
        if (length > 0 && (fraction == '.' || fraction == ',' || fraction == ':' && length == 3)) {
            at += 1 + length;
        } else if (fraction == ':' && length > 0) {
            return NONE;
        }
        return isDigit(at(at)) ? NONE : at;
    }

    private int withZone(int clock) {
        if ((at(clock) == 'Z' || at(clock) == 'z') && !isWordAt(clock + 1)) {
            return clock + 1;
        }
        int at = clock + (at(clock) == ' ' ? 1 : 0);
        if (at > clock && (text.startsWith("UTC", at) || text.startsWith("GMT", at)) && !isWordAt(at + 3)) {
            return Math.min(at + 3, to);
        }
        if (at > clock && (text.startsWith("AM", at) || text.startsWith("PM", at)) && !isWordAt(at + 2)) {
            return Math.min(at + 2, to);
        }
        if (at(at) == '+' || at(at) == '-') {
            if (digits(at + 1, 5) == 4 && !isWordAt(at + 5)) {
                return at + 5;
            }
            if (digits(at + 1, 3) == 2 && at(at + 3) == ':' && digits(at + 4, 3) == 2 && !isWordAt(at + 6)) {
                return at + 6;
            }
        }
        return clock;
    }

    // Addresses

    private int ip4(int i) {
        int at = i;
        for (int group = 0; group < 4; group++) {
            int length = digits(at, 4);
            if (length == 0 || length > 3 || !within(at, length, 0, 255)) {
                return NONE;
            }
            at += length;
            if (group < 3) {
                if (at(at) != '.') {
                    return NONE;
                }
                at++;
            }
        }
        return isWordAt(at) || at(at) == '.' && isDigit(at(at + 1)) ? NONE : at;
    }

    private int withPortOrPrefix(int address) {
        if (at(address) == ':') {
            int port = digits(address + 1, 6);
            if (port > 0 && port <= 5 && !isWordAt(address + 1 + port)) {
                return address + 1 + port;
            }
        }
        return withPrefix(address);
    }

    private int withPrefix(int address) {
        int prefix = at(address) == '/' ? digits(address + 1, 4) : 0;
        return prefix > 0 && prefix <= 3 && !isWordAt(address + 1 + prefix) && at(address + 1 + prefix) != '.'
                ? address + 1 + prefix
                : address;
    }

    private int ip6(int i) {
        int groups = 0;
        boolean gap = at(i) == ':' && at(i + 1) == ':';
        boolean digit = false;
        int at = gap ? i + 2 : i;
        while (groups < 8 && isHex(at(at))) {
            int length = 0;
            while (length < 5 && isHex(at(at + length))) {
                digit |= isDigit(at(at + length));
                length++;
            }
            if (at(at + length) == '.') {
                int tail = groups > 0 || gap ? ip4(at) : NONE;
                if (tail == NONE) {
                    break;
                }
                at = tail;
                groups += 2;
                break;
            }
            if (length > 4) {
                return NONE;
            }
            at += length;
            groups++;
            if (at(at) != ':' || groups == 8) {
                break;
            }
            if (at(at + 1) == ':') {
                if (gap) {
                    return NONE;
                }
                gap = true;
                at += 2;
            } else if (isHex(at(at + 1))) {
                at++;
            } else {
                break;
            }
        }
        boolean complete = gap ? groups >= 1 && groups <= 7 : groups == 8;
        if (groups == 8 && !gap && at(at) == ':' && digits(at + 1, 6) > 0 && digits(at + 1, 6) <= 5) {
            int port = at + 1 + digits(at + 1, 5);
            return isWordAt(port) || at(port) == ':' ? NONE : port;
        }
        if (!complete || !digit || isWordAt(at) || at(at) == ':' && (at(at + 1) == ':' || isHex(at(at + 1)))) {
            return NONE;
        }
        if (at(at) == '%' && isWordAt(at + 1)) {
            at++;
            for (int length = 0; length < 16 && isWordAt(at); length++) {
                at++;
            }
            return at;
        }
        return withPrefix(at);
    }

    /** 00:1b:44:11:3a:b7, and longer: a fingerprint of a key has sixteen pairs, or more. */
    private int hexPairs(int i) {
        char mark = at(i + 2);
        if (mark != ':' && mark != '-') {
            return NONE;
        }
        int pairs = 0;
        int at = i;
        while (isHex(at(at)) && isHex(at(at + 1)) && !isWordAt(at + 2)) {
            pairs++;
            if (at(at + 2) != mark || !isHex(at(at + 3)) || pairs == MOST_PAIRS) {
                return pairs >= LEAST_PAIRS ? at + 2 : NONE;
            }
            at += 3;
        }
        return NONE;
    }

    private int uuid(int i) {
        for (int at = 0; at < 36; at++) {
            boolean mark = at == 8 || at == 13 || at == 18 || at == 23;
            if (mark ? at(i + at) != '-' : !isHex(at(i + at))) {
                return NONE;
            }
        }
        return isWordAt(i + 36) ? NONE : i + 36;
    }

    /** 0x7f3a, and eight hexadecimal digits or more with a letter and a digit among them. */
    private int hex(int i) {
        int at = at(i) == '0' && (at(i + 1) == 'x' || at(i + 1) == 'X') ? i + 2 : i;
        int first = at;
        boolean digit = false;
        boolean letter = false;
        while (isHex(at(at))) {
            digit |= isDigit(at(at));
            letter |= !isDigit(at(at));
            at++;
        }
        boolean enough = first > i ? at > first : at - first >= HEX_DIGITS && digit && letter;
        return enough && !isWordAt(at) ? at : NONE;
    }

    // Places

    private int url(int i) {
        int at = i;
        while (at - i < LONGEST_SCHEME && (isLetter(at(at)) || isDigit(at(at)) || at(at) == '+')) {
            at++;
        }
        if (at - i < 2 || at(at) != ':' || at(at + 1) != '/' || at(at + 2) != '/') {
            return NONE;
        }
        int first = at + 3;
        at = first;
        while (at < to && !Characters.separates(text.charAt(at)) && "\"<>`|{}".indexOf(text.charAt(at)) < 0) {
            at++;
        }
        while (at > first && ".,;:!?)]'".indexOf(text.charAt(at - 1)) >= 0) {
            at--;
        }
        return at == first ? NONE : at;
    }

    /** /var/log/messages, ./run, ~/notes, C:\Windows, \\server\share */
    private int path(int i) {
        int at = i;
        if (isLetter(at(at)) && at(at + 1) == ':' && at(at + 2) == '\\' && isWordAt(at + 3)) {
            return pathEnd(at + 3);
        }
        if (at(at) == '\\' && at(at + 1) == '\\' && isWordAt(at + 2)) {
            return pathEnd(at + 2);
        }
        if (at(at) == '~') {
            at++;
        } else {
            for (int dots = 0; dots < 2 && at(at) == '.'; dots++) {
                at++;
            }
        }
        if (at(at) != '/' || at == i && i > from && "<>)]./*".indexOf(text.charAt(i - 1)) >= 0) {
            return NONE;
        }
        int name = at + 1;
        name += at(name) == '.' || at(name) == '~' || at(name) == '%' ? 1 : 0;
        return isWordAt(name) && ip4(at + 1) == NONE ? pathEnd(name) : NONE;
    }

    private int pathEnd(int name) {
        int at = name;
        while (at < to) {
            int codePoint = text.codePointAt(at);
            if (!isWord(codePoint) && "/\\.-~%+@$#=&?*".indexOf(codePoint) < 0) {
                break;
            }
            at += Character.charCount(codePoint);
        }
        while (at > name && ".?*&".indexOf(text.charAt(at - 1)) >= 0) {
            at--;
        }
        return at;
    }

    // What is left

    /** 5, 10,000, 3.14, 1.2.3, 6.02e23 */
    private int number(int i) {
        int at = i;
        while (isDigit(at(at))) {
            at++;
        }
        // In groups of three: 10,000,000.
        boolean grouped = at - i <= 3;
        while (grouped && at(at) == ',' && digits(at + 1, 4) == 3) {
            at += 4;
        }
        while (at(at) == '.' && isDigit(at(at + 1))) {
            at += 2;
            while (isDigit(at(at))) {
                at++;
            }
        }
        if (at(at) == 'e' || at(at) == 'E') {
            int sign = at(at + 1) == '-' || at(at + 1) == '+' ? 1 : 0;
            int exponent = digits(at + 1 + sign, 4);
            if (exponent > 0 && exponent <= 3 && !isWordAt(at + 1 + sign + exponent)) {
                return at + 1 + sign + exponent;
            }
        }
        return at;
    }

    private int word(int i) {
        int at = i;
        while (at < to) {
            int codePoint = text.codePointAt(at);
            if (codePoint == '_') {
                at++;
                if (isDigit(at(at))) {
                    return at;
                }
            } else if (isDigit(at(at))) {
                int length = digits(at, LONG_NUMBER);
                if (length == LONG_NUMBER && at > i) {
                    return at;
                }
                at += length;
            } else if (isWord(codePoint)) {
                at += Character.charCount(codePoint);
            } else if (".-$'’".indexOf(codePoint) >= 0
                    && isWordAt(at + 1)
                    && at(at + 1) != '_'
                    && digits(at + 1, LONG_NUMBER) < LONG_NUMBER) {
                at++;
            } else {
                return at;
            }
        }
        return at;
    }

    /** A punctuation mark or symbol with what combines with it. */
    private int mark(int i) {
        int at = i + Character.charCount(text.codePointAt(i));
        while (at < to) {
            int codePoint = text.codePointAt(at);
            if (codePoint == ZERO_WIDTH_JOINER && at + 1 < to && !Characters.separates(text.codePointAt(at + 1))) {
                at++;
                at += Character.charCount(text.codePointAt(at));
            } else if (isMark(codePoint) || UCharacter.hasBinaryProperty(codePoint, UProperty.EMOJI_MODIFIER)) {
                at += Character.charCount(codePoint);
            } else {
                return at;
            }
        }
        return at;
    }

    // Characters

    private char at(int i) {
        return i < to ? text.charAt(i) : '\0';
    }

    /** How many ASCII digits stand here, up to {@code most}. */
    private int digits(int i, int most) {
        int length = 0;
        while (length < most && isDigit(at(i + length))) {
            length++;
        }
        return length;
    }

    private boolean within(int i, int least, int most) {
        return isDigit(at(i)) && isDigit(at(i + 1)) && within(i, 2, least, most);
    }

    private boolean within(int i, int length, int least, int most) {
        int value = 0;
        for (int at = i; at < i + length; at++) {
            value = 10 * value + text.charAt(at) - '0';
        }
        return value >= least && value <= most;
    }

    private boolean isMonth(int i) {
        return isOf(MONTHS, i);
    }

    private boolean isOf(Set<String> names, int i) {
        return i + 3 <= to
                && isLetter(at(i))
                && isLetter(at(i + 1))
                && isLetter(at(i + 2))
                && !isLetter(at(i + 3))
                && names.contains(text.substring(i, i + 3).toLowerCase(Locale.ROOT));
    }

    private boolean isWordAt(int i) {
        return i < to && isWord(text.codePointAt(i));
    }

    private static boolean isWord(int codePoint) {
        return codePoint < 0x80
                ? codePoint == '_' || isLetter((char) codePoint) || isDigit((char) codePoint)
                : Character.isLetterOrDigit(codePoint) || isMark(codePoint);
    }

    private static boolean isMark(int codePoint) {
        int type = Character.getType(codePoint);
        return type == Character.NON_SPACING_MARK
                || type == Character.COMBINING_SPACING_MARK
                || type == Character.ENCLOSING_MARK;
    }

    private static boolean isLetter(char c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z';
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    private static boolean isHex(char c) {
        return isDigit(c) || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F';
    }
}
