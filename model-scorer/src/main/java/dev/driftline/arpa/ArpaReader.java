package dev.driftline.arpa;

import dev.driftline.backoff.BackoffBuilder;
import dev.driftline.backoff.BackoffFile;
import dev.driftline.backoff.BackoffModel;
import dev.driftline.backoff.InvalidNgramException;
import dev.driftline.corpus.StoppedInputException;
import dev.driftline.corpus.TextInput;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Reads ARPA files as KenLM, SRILM and IRSTLM write them: plain, gzip or zstd; tabs or spaces; LF or CRLF; blank lines and
 * text before {@code \data\}. A backoff weight that is not there is 0. What is wrong is refused with the line and the cure;
 * what is only unusual is read, with a warning.
 *
 * <p>An n-gram whose suffix is not in the file, as SRILM's pruning leaves it, is read: its probabilities are those of the
 * definition, as KenLM's are. An n-gram whose context is not in the file is refused, as KenLM does; SRILM reads it.
 */
public final class ArpaReader {

    /** N-grams between two reports. */
    private static final int REPORT = 1 << 20;

    /** Above 0 by no more than this is rounding: it is read as 0. */
    private static final double ROUNDING = 1e-5;

    /** The fewest bytes of a line with an n-gram: a digit, a tab, a letter and a line break. */
    private static final int SHORTEST = 4;

    /** What other files begin with, what they are, and what to do. */
    private static final String[][] OTHERS = {
        {
            "iARPA",
            "an intermediate ARPA file of IRSTLM, whose numbers are not those of a model",
            "write it as ARPA: compile-lm FILE --text=yes MODEL.arpa"
        },
        {"qARPA", "a quantised file of IRSTLM", "use the ARPA file that quantize-lm was given"},
        {"blmt", "a binary file of IRSTLM", "write it as ARPA: compile-lm FILE --text=yes MODEL.arpa"},
        {"Qblmt", "a quantised binary file of IRSTLM", "use the ARPA file that it was made from"},
        {
            "mmap lm http://kheafield.com/code",
            "a binary file of KenLM, which cannot be turned back into text",
            "use the ARPA file that build_binary was given"
        },
        {
            "SRILM_BINARY_NGRAM",
            "a binary file of SRILM",
            "write it as ARPA: ngram -order N -lm FILE -write-lm MODEL.arpa"
        },
    };

    private final Path file;
    private final ArpaLines lines;
    private final ArpaProgress progress;
    private final int[] ngram = new int[BackoffModel.MOST_ORDER];

    /** From which n-gram of the section on the line is the n-gram's number plus what: blank lines shift it. */
    private final List<long[]> shifts = new ArrayList<>();

    /** The size of the file, where its bytes are the lines; else as large as any. */
    private final long size;

    private ArpaReader(Path file, TextInput in, ArpaProgress progress) throws IOException {
        this.file = file;
        this.progress = progress;
        lines = new ArpaLines(file, in);
        size = in.asItIs() && Files.isRegularFile(file) ? Files.size(file) : Long.MAX_VALUE;
    }

    /**
     * Reads a model; one that {@link BackoffFile} wrote, too.
     *
     * @throws ArpaFormatException if the file does not follow the format
     * @throws IOException if it cannot be read
     */
    public static BackoffModel read(Path file) throws IOException {
        return read(file, ArpaProgress.NONE);
    }

    /**
     * Reads a model; one that {@link BackoffFile} wrote, too.
     *
     * @param progress is told how far it is, and of what is unusual
     * @throws ArpaFormatException if the file does not follow the format
     * @throws IOException if it cannot be read
     */
    public static BackoffModel read(Path file, ArpaProgress progress) throws IOException {
        if (BackoffFile.is(file)) {
            return BackoffFile.read(file);
        }
        refuseOther(file);
        try (TextInput in = TextInput.open(file)) {
            return new ArpaReader(file, in, progress).model();
        }
    }

    private static void refuseOther(Path file) throws IOException {
        if (TextInput.isStandardInput(file) || !Files.isRegularFile(file)) {
            return;
        }
        byte[] head;
        try (InputStream in = Files.newInputStream(file)) {
            head = in.readNBytes(64);
        }
        String begins = new String(head, StandardCharsets.ISO_8859_1);
        for (String[] other : OTHERS) {
            if (begins.startsWith(other[0])) {
                throw new ArpaFormatException(file, 1, "this is " + other[1] + ": " + other[2]);
            }
        }
    }

    private BackoffModel model() throws IOException {
        try {
            return parsed();
        } catch (ArpaFormatException | StoppedInputException e) {
            throw e;
        } catch (OutOfMemoryError e) {
            // Long words, or what else is on the heap: the header does not say how much they take.
            long there = Runtime.getRuntime().maxMemory() >> 20;
            throw error(String.format(
                    Locale.ROOT,
                    "the model does not fit into the %,d MB of heap that this Java has: give it more, as in"
                            + " JAVA_TOOL_OPTIONS=-Xmx%dm, or prune the model",
                    there,
                    2 * there));
        } catch (IOException e) {
            throw new ArpaFormatException(
                    file,
                    lines.number() + 1,
                    e.getMessage() + ", after " + lines.number() + " whole lines: copy or download it again");
        }
    }

    private BackoffModel parsed() throws IOException {
        findData();
        long[] counts = counts();
        refuseTooLarge(counts);
        BackoffBuilder builder = new BackoffBuilder(counts);
        for (int length = 1; length <= counts.length; length++) {
            section(length, counts, builder);
        }
        end();
        BackoffModel model = builder.build();
        if (!model.hasUnknown()) {
            progress.warn(
                    file + " has no <unk>: a word that it does not have gets log10 p = -100, as in KenLM. Train it"
                            + " with an open vocabulary (lmplz does; ngram-count -unk of SRILM) to score new words");
        }
        if (!model.hasEnd()) {
            progress.warn(
                    file + " has no </s>: the end of a sentence gets log10 p = -100. Train it on sentences, without"
                            + " -no-eos");
        }
        return model;
    }

    private void findData() throws IOException {
        while (lines.next()) {
            if (lines.is("\\data\\")) {
                return;
            }
            if (lines.startsWith("iARPA") || lines.startsWith("qARPA")) {
                String[] other = OTHERS[lines.startsWith("iARPA") ? 0 : 1];
                throw error("this is " + other[1] + ": " + other[2]);
            }
        }
        throw error("no line \\data\\: this is not an ARPA file, or it is empty");
    }

    private long[] counts() throws IOException {
        long[] counts = new long[BackoffModel.MOST_ORDER];
        int order = 0;
        while (lines.next()) {
            if (lines.isEmpty()) {
                continue;
            }
            if (lines.isMark()) {
                if (order == 0) {
                    throw error("no line 'ngram 1=COUNT' after \\data\\");
                }
                return Arrays.copyOf(counts, order);
            }
            String text = lines.text();
            String[] parts = text.startsWith("ngram ") || text.startsWith("ngram\t")
                    ? text.substring(6).split("=", -1)
                    : new String[0];
            if (parts.length != 2
                    || !parts[0].strip().matches("[0-9]{1,9}")
                    || !parts[1].strip().matches("[0-9]{1,18}")) {
                throw error("'" + shown(text)
                        + "' is not like 'ngram 1=12345': the header counts the n-grams of each order");
            }
            int length = Integer.parseInt(parts[0].strip());
            if (length != order + 1) {
                throw error("the header counts " + length + "-grams where " + (order + 1)
                        + "-grams are expected: put the orders in sequence from 1");
            }
            if (length > BackoffModel.MOST_ORDER) {
                throw error("the model has " + length + "-grams, and at most " + BackoffModel.MOST_ORDER
                        + "-grams are read: shorten it, as in ngram -order " + BackoffModel.MOST_ORDER
                        + " -lm FILE -renorm -write-lm MODEL.arpa of SRILM, or train it with lmplz -o "
                        + BackoffModel.MOST_ORDER);
            }
            counts[order++] = Long.parseLong(parts[1].strip());
        }
        throw truncated("in its header");
    }

    private void refuseTooLarge(long[] counts) throws ArpaFormatException {
        long all = 0;
        for (long count : counts) {
            all = count > Integer.MAX_VALUE ? Integer.MAX_VALUE + 1L : all + count;
            if (count > size / SHORTEST) {
                throw error(String.format(
                        Locale.ROOT,
                        "the header counts %,d n-grams, which cannot be in a file of %,d bytes: it is cut short, or its header is"
                                + " not its own. Copy or download it again",
                        count,
                        size));
            }
            if (all > Integer.MAX_VALUE - 64) {
                throw error("the header counts " + count + " n-grams, and at most " + (Integer.MAX_VALUE - 64)
                        + " are read in all: prune the model, as in lmplz --prune 0 1 1 or ngram -prune 1e-9");
            }
        }
        long needed = BackoffBuilder.heapBytes(counts) + (16 << 20);
        long there = Runtime.getRuntime().maxMemory();
        if (needed > there) {
            throw error(String.format(
                    Locale.ROOT,
                    "the header counts %,d n-grams, for which up to %,d MB of heap are needed, and this Java has %,d: give"
                            + " it more, as in JAVA_TOOL_OPTIONS=-Xmx%dm, or prune the model",
                    all,
                    needed >> 20,
                    there >> 20,
                    (needed >> 20) * 5 / 4));
        }
    }

    /** One section; the line is at its mark before, and at the next mark or the end of the file after. */
    private void section(int length, long[] counts, BackoffBuilder builder) throws IOException {
        String mark = "\\" + length + "-grams:";
        while (lines.isEmpty()) {
            if (!lines.next()) {
                throw truncated("before its " + length + "-grams");
            }
        }
        if (!lines.is(mark)) {
            throw error("'" + shown(lines.text()) + "' where " + mark + " is expected, since the header counts "
                    + length + "-grams");
        }
        long all = counts[length - 1];
        long read = 0;
        shifts.clear();
        boolean more;
        while ((more = lines.next()) && !lines.isMark()) {
            if (lines.isEmpty()) {
                continue;
            }
            if (read == all) {
                throw error("one more " + length + "-gram than the " + all
                        + " that the header counts: the file was changed after it was written. Write it anew, or correct"
                        + " 'ngram " + length + "=' in its header");
            }
            if (shifts.isEmpty() || shifts.get(shifts.size() - 1)[1] != lines.number() - read) {
                shifts.add(new long[] {read, lines.number() - read});
            }
            entry(length, builder);
            read++;
            if (read % REPORT == 0) {
                progress.read(length, read, all);
            }
        }
        if (read < all) {
            throw more
                    ? error(read + " " + length + "-grams, and the header counts " + all
                            + ": the file was changed after it was written. Write it anew, or correct 'ngram " + length
                            + "=' in its header")
                    : truncated("after " + read + " of the " + all + " " + length + "-grams that its header counts");
        }
        try {
            builder.endLength();
        } catch (InvalidNgramException e) {
            throw new ArpaFormatException(file, line(e.sequence()), String.valueOf(e.getMessage()));
        }
        progress.read(length, read, all);
        if (!more && length < counts.length) {
            throw truncated("before its " + (length + 1) + "-grams");
        }
        if (!more && lines.endsOpen()) {
            throw truncated("in this line, which has no line break, and without \\end\\");
        }
        if (!more) {
            progress.warn(file + " has no \\end\\: every n-gram that its header counts is there, so it is read");
        }
    }

    private long line(long sequence) {
        long shift = 0;
        for (long[] from : shifts) {
            if (from[0] <= sequence) {
                shift = from[1];
            }
        }
        return sequence + shift;
    }

    private void entry(int length, BackoffBuilder builder) throws ArpaFormatException {
        int fields = lines.split();
        if (fields != length + 1 && fields != length + 2) {
            throw error("'" + shown(lines.text()) + "' has " + fields + " fields: a " + length
                    + "-gram has a log10 probability, " + length + (length == 1 ? " word" : " words")
                    + " without spaces and, perhaps, a log10 backoff weight");
        }
        double log10 = number(0, "log10 probability");
        if (log10 > 0) {
            if (log10 > ROUNDING) {
                throw error("the log10 probability " + lines.field(0)
                        + " is above 0, which is a probability above 1: retrain the model, or set it to 0 where you know"
                        + " that it is rounding (older IRSTLM wrote such)");
            }
            log10 = 0;
        }
        double backoff = fields == length + 2 ? number(length + 1, "log10 backoff weight") : 0;
        try {
            if (length == 1) {
                if (!lines.isUtf8(1)) {
                    throw error("the word '" + shown(lines.field(1))
                            + "' is not UTF-8: convert the file, as in iconv -f ISO-8859-1 -t UTF-8 OLD > NEW");
                }
                builder.addWord(lines.bytes(), lines.start(1), lines.end(1), log10, backoff);
                return;
            }
            for (int i = 0; i < length; i++) {
                ngram[i] = builder.index(lines.bytes(), lines.start(1 + i), lines.end(1 + i));
                if (ngram[i] < 0) {
                    throw error("the word '" + shown(lines.field(1 + i)) + "' is not among the 1-grams"
                            + (lines.isUtf8(1 + i) ? "" : ", and not UTF-8")
                            + ": every word needs a 1-gram, which the file lacks or has in another spelling");
                }
            }
            builder.add(ngram, length, log10, backoff);
        } catch (InvalidNgramException e) {
            throw error(String.valueOf(e.getMessage()));
        }
    }

    private double number(int field, String what) throws ArpaFormatException {
        double value = lines.number(field);
        if (Double.isNaN(value) || value == Double.POSITIVE_INFINITY) {
            throw error("'" + shown(lines.field(field)) + "' is not a " + what + ", in '" + shown(lines.text()) + "'");
        }
        return value;
    }

    private void end() throws IOException {
        if (lines.isMark() && !lines.is("\\end\\")) {
            throw error(
                    "'" + shown(lines.text()) + "' where \\end\\ is expected: the header does not count such n-grams");
        }
        lines.skipRest();
    }

    private ArpaFormatException truncated(String what) {
        return new ArpaFormatException(
                file, lines.number(), "the file ends " + what + ": it is cut short. Copy or download it again");
    }

    private ArpaFormatException error(String reason) {
        return new ArpaFormatException(file, Math.max(1, lines.number()), reason);
    }

    /** What came, short enough for a message, without what would reach the terminal as a command. */
    private static String shown(String text) {
        StringBuilder shown = new StringBuilder();
        text.codePoints().limit(80).forEach(c -> shown.appendCodePoint(Character.isISOControl(c) ? 0xFFFD : c));
        return text.codePointCount(0, text.length()) > 80 ? shown + "…" : shown.toString();
    }
}
