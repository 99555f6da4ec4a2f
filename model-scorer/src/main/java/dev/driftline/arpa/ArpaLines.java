package dev.driftline.arpa;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;

/**
 * The lines of an ARPA file as bytes, and the fields of a line: they are parted by tabs and spaces, any number of them.
 * Lines end with LF or CRLF. Allocates nothing a line.
 */
final class ArpaLines {

    /** The longest line: an n-gram of seven words of 100 kB each. */
    static final int LONGEST = 1 << 20;

    /** The most fields that are told apart; a line with more has one too many. */
    private static final int MOST_FIELDS = 16;

    /** Powers of ten that a double holds exactly. */
    private static final double[] TENS = new double[23];

    static {
        for (int i = 0; i < TENS.length; i++) {
            TENS[i] = Double.parseDouble("1e" + i);
        }
    }

    private final Path file;
    private final InputStream in;
    private byte[] buffer = new byte[1 << 18];
    private int next;
    private int end;
    private boolean over;

    /** Whether the last line has come, and has no line break. */
    private boolean open;

    private long number;
    private int from;
    private int to;

    private final int[] starts = new int[MOST_FIELDS];
    private final int[] ends = new int[MOST_FIELDS];
    private int fields;

    ArpaLines(Path file, InputStream in) {
        this.file = file;
        this.in = in;
    }

    /** Goes to the next line; says whether there is one. */
    boolean next() throws IOException {
        int scan = next;
        while (true) {
            while (scan < end && buffer[scan] != '\n') {
                scan++;
            }
            if (scan < end) {
                return take(scan, scan + 1);
            }
            if (over) {
                return next < end && takeLast();
            }
            int kept = end - next;
            if (kept > LONGEST) {
                throw new ArpaFormatException(
                        file, number + 1, "the line has more than " + LONGEST + " bytes: this is not an ARPA file");
            }
            if (kept == buffer.length) {
                buffer = Arrays.copyOf(buffer, 2 * buffer.length);
            } else {
                System.arraycopy(buffer, next, buffer, 0, kept);
                next = 0;
                end = kept;
            }
            scan = next + kept;
            int read = in.read(buffer, end, buffer.length - end);
            if (read < 0) {
                over = true;
            } else {
                end += read;
            }
        }
    }

    private boolean take(int lineEnd, int following) {
        from = next;
        to = lineEnd;
        next = following;
        number++;
        while (to > from && isBlank(buffer[to - 1])) {
            to--;
        }
        while (from < to && isBlank(buffer[from])) {
            from++;
        }
        return true;
    }

    private boolean takeLast() {
        take(end, end);
        open = !isEmpty();
        return true;
    }

    private static boolean isBlank(byte b) {
        return b == ' ' || b == '\t' || b == '\r';
    }

    /** The number of the line, from 1. */
    long number() {
        return number;
    }

    boolean isEmpty() {
        return from == to;
    }

    /** Whether the file has ended in the middle of a line, or in one that lacks its line break. */
    boolean endsOpen() {
        return open;
    }

    /** Reads what is left, which nobody looks at: a packed file has its checksum at its end. */
    void skipRest() throws IOException {
        next = end;
        in.transferTo(OutputStream.nullOutputStream());
    }

    /** Whether the line begins with a backslash, as those between the sections do. */
    boolean isMark() {
        return from < to && buffer[from] == '\\';
    }

    /** The line without what is blank around it, for messages and for what is not an n-gram. */
    String text() {
        return new String(buffer, from, to - from, StandardCharsets.UTF_8);
    }

    boolean is(String ascii) {
        return to - from == ascii.length() && startsWith(ascii);
    }

    boolean startsWith(String ascii) {
        if (to - from < ascii.length()) {
            return false;
        }
        for (int i = 0; i < ascii.length(); i++) {
            if (buffer[from + i] != ascii.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    /** Parts the line; gives how many fields it has, {@value #MOST_FIELDS} where there are more. */
    int split() {
        fields = 0;
        int at = from;
        while (at < to && fields < MOST_FIELDS) {
            starts[fields] = at;
            while (at < to && !isBlank(buffer[at])) {
                at++;
            }
            ends[fields++] = at;
            while (at < to && isBlank(buffer[at])) {
                at++;
            }
        }
        return fields;
    }

    byte[] bytes() {
        return buffer;
    }

    int start(int field) {
        return starts[field];
    }

    int end(int field) {
        return ends[field];
    }

    String field(int field) {
        return new String(buffer, starts[field], ends[field] - starts[field], StandardCharsets.UTF_8);
    }

    boolean isUtf8(int field) {
        int start = starts[field];
        boolean ascii = true;
        for (int i = start; i < ends[field]; i++) {
            ascii &= buffer[i] >= 0;
        }
        if (ascii) {
            return true;
        }
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(buffer, start, ends[field] - start));
            return true;
        } catch (CharacterCodingException e) {
            return false;
        }
    }

    /** A field as a number; NaN where it is not one. */
    double number(int field) {
        int at = starts[field];
        int stop = ends[field];
        boolean negative = at < stop && buffer[at] == '-';
        if (negative) {
            at++;
        }
        long digits = 0;
        int count = 0;
        int decimals = 0;
        boolean point = false;
        for (; at < stop; at++) {
            byte b = buffer[at];
            if (b >= '0' && b <= '9') {
                digits = digits * 10 + (b - '0');
                count++;
                decimals += point ? 1 : 0;
                if (count > 15) {
                    return slowNumber(field);
                }
            } else if (b == '.' && !point) {
                point = true;
            } else {
                return slowNumber(field);
            }
        }
        if (count == 0) {
            return slowNumber(field);
        }
        double value = digits / TENS[decimals];
        return negative ? -value : value;
    }

    private double slowNumber(int field) {
        String text = field(field);
        switch (text.toLowerCase(Locale.ROOT)) {
            case "-inf", "-infinity":
                return Double.NEGATIVE_INFINITY;
            case "inf", "+inf", "infinity", "+infinity":
                return Double.POSITIVE_INFINITY;
            default:
                break;
        }
        // "1f" and "0x1p3" are numbers in Java alone.
        if (!text.matches("[-+]?[0-9]*\\.?[0-9]*([eE][-+]?[0-9]{1,4})?") || text.length() > 64) {
            return Double.NaN;
        }
        try {
            return Double.parseDouble(text);
        } catch (NumberFormatException e) {
            return Double.NaN;
        }
    }
}
