package dev.driftline.arpa;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/**
 * Writes a backoff model in the ARPA format, as KenLM, SRILM, IRSTLM and Kaldi read it: the number of n-grams of each order, then a
 * section an order, a line an n-gram. Probabilities and backoffs are logarithms to base 10 with seven decimals, so that a sum of
 * seven of them is right to 4e-7; no probability is {@value #ZERO}.
 *
 * <p>Numbers are formatted into a buffer of bytes, without an object a line. One thread at a time.
 */
public final class ArpaWriter implements AutoCloseable {

    /** What stands for the logarithm of 0. */
    public static final int ZERO = -99;

    private static final int BUFFER = 1 << 16;

    /** Two numbers with tabs and a line end. */
    private static final int NUMBERS = 64;

    private static final int DECIMALS = 7;

    private static final long ONE = 10_000_000;

    private final OutputStream out;
    private final long[] announced;
    private byte[] buffer = new byte[BUFFER];
    private int size;
    private int order;
    private long written;
    private long bytes;

    /**
     * Writes the header.
     *
     * @param out is closed by {@link #close()}; needs no buffer
     * @param ngrams how many n-grams of each order will be written, from order 1
     */
    public ArpaWriter(OutputStream out, long... ngrams) throws IOException {
        this.out = out;
        announced = ngrams.clone();
        text("\\data\\\n");
        for (int k = 1; k <= announced.length; k++) {
            text("ngram " + k + "=" + announced[k - 1] + "\n");
        }
    }

    /**
     * Begins the section of the next order.
     *
     * @throws IllegalStateException if the section before has not as many n-grams as the header says
     */
    public void section() throws IOException {
        requireWhole();
        order++;
        written = 0;
        if (order > announced.length) {
            throw new IllegalStateException("a section of order " + order + " in a file of order " + announced.length);
        }
        text("\n\\" + order + "-grams:\n");
    }

    /**
     * Writes an n-gram of an order below the highest.
     *
     * @param log10 of its probability
     * @param words its words in UTF-8, a space between two
     * @param length how many bytes of {@code words} they are
     * @param backoff log10 of the weight of what it is the context of; 0 where it is none
     */
    public void ngram(double log10, byte[] words, int length, double backoff) throws IOException {
        begin(log10, words, length);
        buffer[size++] = '\t';
        size = number(backoff, buffer, size);
        buffer[size++] = '\n';
    }

    /** Writes an n-gram of the highest order, which has no backoff. */
    public void ngram(double log10, byte[] words, int length) throws IOException {
        begin(log10, words, length);
        buffer[size++] = '\n';
    }

    private void begin(double log10, byte[] words, int length) throws IOException {
        if (buffer.length - size < length + NUMBERS) {
            flush();
            if (buffer.length < length + NUMBERS) {
                buffer = new byte[length + NUMBERS];
            }
        }
        written++;
        size = number(Math.min(0, log10), buffer, size);
        buffer[size++] = '\t';
        System.arraycopy(words, 0, buffer, size, length);
        size += length;
    }

    /** Appends a number to {@code to}; returns where it ends. */
    static int number(double value, byte[] to, int at) {
        int end = at;
        long scaled = Math.round(Math.max(ZERO, value) * ONE);
        if (scaled < 0) {
            to[end++] = '-';
            scaled = -scaled;
        }
        int whole = (int) (scaled / ONE);
        int fraction = (int) (scaled % ONE);
        if (whole >= 10) {
            if (whole >= 100) {
                to[end++] = (byte) ('0' + whole / 100 % 10);
            }
            to[end++] = (byte) ('0' + whole / 10 % 10);
        }
        to[end++] = (byte) ('0' + whole % 10);
        if (fraction != 0) {
            to[end] = '.';
            for (int digit = DECIMALS; digit > 0; digit--) {
                to[end + digit] = (byte) ('0' + fraction % 10);
                fraction /= 10;
            }
            end += 1 + DECIMALS;
        }
        return end;
    }

    private void text(String text) throws IOException {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        if (buffer.length - size < utf8.length) {
            flush();
        }
        System.arraycopy(utf8, 0, buffer, size, utf8.length);
        size += utf8.length;
    }

    private void flush() throws IOException {
        out.write(buffer, 0, size);
        bytes += size;
        size = 0;
    }

    private void requireWhole() {
        if (order > 0 && written != announced[order - 1]) {
            throw new IllegalStateException("the header announces " + announced[order - 1] + " n-grams of order "
                    + order + ", and " + written + " were written");
        }
    }

    /**
     * Ends the file, which is whole then.
     *
     * @throws IllegalStateException if it is not: {@link #close()} leaves it without an end
     */
    public void end() throws IOException {
        requireWhole();
        if (order != announced.length) {
            throw new IllegalStateException(
                    "the header announces " + announced.length + " orders, and " + order + " were written");
        }
        text("\n\\end\\\n");
        flush();
    }

    /** The bytes written, before they are compressed. */
    public long bytes() {
        return bytes + size;
    }

    /** Closes what it writes to. */
    @Override
    public void close() throws IOException {
        out.close();
    }
}
