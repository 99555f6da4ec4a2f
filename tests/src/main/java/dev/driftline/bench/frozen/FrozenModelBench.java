package dev.driftline.bench.frozen;

import dev.driftline.arpa.ArpaReader;
import dev.driftline.backoff.BackoffFile;
import dev.driftline.backoff.BackoffModel;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.SplittableRandom;

/**
 * What a frozen backoff model costs: reading its ARPA file, opening its compact form, heap, a probability, and the best next
 * words. On a file that is given, or on a made-up one of order 3 whose words and widths of contexts follow Zipf's law.
 *
 * <pre>{@code java -Xmx2g -cp … dev.driftline.bench.frozen.FrozenModelBench [FILE | N-GRAMS]}</pre>
 */
public final class FrozenModelBench {

    private static final int QUERIES = 200_000;

    private final PrintStream out;

    private FrozenModelBench(PrintStream out) {
        this.out = out;
    }

    /** @param arguments an ARPA file, or how many n-grams to make up; 10 million where there is none */
    public static void main(String[] arguments) throws IOException {
        String argument = arguments.length == 0 ? "10000000" : arguments[0];
        Path folder = Files.createTempDirectory("frozen");
        boolean madeUp = argument.matches("[0-9]+");
        Path file = madeUp ? folder.resolve("made-up.arpa") : Path.of(argument);
        try {
            if (madeUp) {
                MadeUpArpa.write(file, Integer.parseInt(argument));
            }
            new FrozenModelBench(System.out).measure(file, folder.resolve("model"));
        } finally {
            Files.deleteIfExists(folder.resolve("made-up.arpa"));
            Files.deleteIfExists(folder.resolve("model"));
            Files.delete(folder);
        }
    }

    private void measure(Path file, Path compact) throws IOException {
        long start = System.nanoTime();
        BackoffModel model = ArpaReader.read(file);
        double seconds = since(start);
        long ngrams = 0;
        for (int length = 1; length <= model.order(); length++) {
            ngrams += model.ngrams(length);
        }
        line("%,d n-grams of order %d, %,d words", ngrams, model.order(), model.words());
        line(
                "read in %.1f s, %,.0f n-grams/s; %,.0f MB of heap, %.1f bytes an n-gram",
                seconds, ngrams / seconds, model.heapBytes() / 1e6, (double) model.heapBytes() / ngrams);
        start = System.nanoTime();
        BackoffFile.write(model, compact);
        line("compact form: written in %.2f s, %,.0f MB", since(start), Files.size(compact) / 1e6);
        start = System.nanoTime();
        model = ArpaReader.read(compact);
        line("compact form: opened in %.2f s", since(start));
        for (int round = 0; round < 3; round++) {
            probabilities(model);
        }
        for (int k : new int[] {1, 10, 100}) {
            for (int round = 0; round < 2; round++) {
                next(model, k, round == 1);
            }
        }
    }

    /** Text drawn from the model, each word scored; then the same events with the context given anew each time. */
    private void probabilities(BackoffModel model) {
        SplittableRandom random = new SplittableRandom(1);
        int[] text = text(model, random, QUERIES);
        long start = System.nanoTime();
        double sum = 0;
        int state = model.start();
        for (int word : text) {
            sum += model.log10(state, word);
            state = word == BackoffModel.EOS ? model.start() : model.advance(state, word);
        }
        double walked = since(start);
        int[] context = new int[model.order()];
        start = System.nanoTime();
        double other = 0;
        for (int i = 0; i < text.length; i++) {
            int length = 0;
            while (length < model.order() - 1 && i - length - 1 >= 0 && text[i - length - 1] != BackoffModel.EOS) {
                context[length] = text[i - length - 1];
                length++;
            }
            if (length < model.order() - 1) {
                context[length++] = BackoffModel.BOS;
            }
            other += model.log10(context, length, text[i]);
        }
        double asked = since(start);
        line(
                "a probability: %.0f ns in running text, %.0f ns with its context (sums %.1f and %.1f)",
                walked / text.length * 1e9, asked / text.length * 1e9, sum, other);
    }

    private void next(BackoffModel model, int k, boolean shown) {
        SplittableRandom random = new SplittableRandom(2);
        int[] text = text(model, random, 20_000);
        long[] nanos = new long[text.length];
        int state = model.start();
        for (int i = 0; i < text.length; i++) {
            long start = System.nanoTime();
            model.next(state, k);
            nanos[i] = System.nanoTime() - start;
            state = text[i] == BackoffModel.EOS ? model.start() : model.advance(state, text[i]);
        }
        Arrays.sort(nanos);
        if (shown) {
            line(
                    "the best %d next words: p50 %.1f µs, p99 %.1f µs, longest %.1f µs",
                    k,
                    nanos[nanos.length / 2] / 1e3,
                    nanos[nanos.length * 99 / 100] / 1e3,
                    nanos[nanos.length - 1] / 1e3);
        }
    }

    /** Mostly likely words, one in five any word at all. */
    private static int[] text(BackoffModel model, SplittableRandom random, int length) {
        int[] text = new int[length];
        int state = model.start();
        for (int i = 0; i < length; i++) {
            int word;
            if (random.nextInt(5) == 0) {
                word = BackoffModel.EOS + random.nextInt(model.words() - BackoffModel.EOS);
            } else {
                int[] best = model.next(state, 1 << random.nextInt(8)).words();
                word = best[best.length - 1];
            }
            text[i] = word;
            state = word == BackoffModel.EOS ? model.start() : model.advance(state, word);
        }
        return text;
    }

    private static double since(long start) {
        return (System.nanoTime() - start) / 1e9;
    }

    private void line(String format, Object... values) {
        out.printf(Locale.ROOT, format + "%n", values);
        out.flush();
    }
}
