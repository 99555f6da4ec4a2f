package dev.driftline.bench.frozen;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * An ARPA file of order 3 without any text behind it, of the shape of a real one: one n-gram in 50 is a word, three in ten
 * are bigrams; how many followers a context has follows Zipf's law, and which words they are, too.
 */
final class MadeUpArpa {

    private final SplittableRandom random = new SplittableRandom(20);
    private final int words;
    private final int[] taken;
    private int stamp;
    private final BufferedWriter out;

    private MadeUpArpa(int words, BufferedWriter out) {
        this.words = words;
        this.taken = new int[words];
        this.out = out;
    }

    /** @param ngrams about how many n-grams, 1,000 or more */
    static void write(Path file, int ngrams) throws IOException {
        int words = ngrams / 50;
        try (BufferedWriter out = Files.newBufferedWriter(file)) {
            new MadeUpArpa(words, out).write(3 * (ngrams / 10), ngrams - words - 3 * (ngrams / 10));
        }
    }

    private void write(int bigrams, int trigrams) throws IOException {
        int[] widths = new int[words];
        double harmonic = Math.log(words) + 0.5772;
        for (int i = 0; i < words; i++) {
            widths[i] = (int) Math.min(words / 4, 1 + bigrams / harmonic / (i + 1));
        }
        int pairs = Arrays.stream(widths).sum();
        for (int i = 0; pairs < bigrams; i = (i + 1) % words) {
            int more = Math.min(Math.min(words / 4 - widths[i], 7), bigrams - pairs);
            widths[i] += more;
            pairs += more;
        }
        int[] wider = new int[pairs];
        int triples = 0;
        for (int i = 0, at = 0; i < words; i++) {
            for (int j = 0; j < widths[i]; j++, at++) {
                double frequent = words / 10.0 / (i + 1.0) / (j + 1.0);
                double rare = random.nextInt(10) < 6 ? Math.pow(1 - random.nextDouble(), -0.65) : 0;
                int width = (int) Math.min(Math.min(words / 4, frequent + rare), trigrams - triples);
                wider[at] = width;
                triples += width;
            }
        }
        out.write("\\data\\\nngram 1=" + (words + 3) + "\nngram 2=" + pairs + "\nngram 3=" + triples
                + "\n\n\\1-grams:\n");
        out.write("-5\t<unk>\n-99\t<s>\t-0.3\n-2\t</s>\n");
        for (int i = 0; i < words; i++) {
            out.write(number(-1.0 - Math.log10(i + 1.0)) + "\tword" + i + "\t" + number(-random.nextDouble()) + "\n");
        }
        int[] seconds = new int[pairs];
        out.write("\n\\2-grams:\n");
        for (int i = 0, at = 0; i < words; i++) {
            stamp++;
            for (int j = 0; j < widths[i]; j++, at++) {
                seconds[at] = follower();
                out.write(probability(j) + "\tword" + i + " word" + seconds[at] + "\t" + number(-random.nextDouble())
                        + "\n");
            }
        }
        out.write("\n\\3-grams:\n");
        for (int i = 0, at = 0; i < words; i++) {
            for (int j = 0; j < widths[i]; j++, at++) {
                stamp++;
                for (int k = 0; k < wider[at]; k++) {
                    out.write(probability(k) + "\tword" + i + " word" + seconds[at] + " word" + follower() + "\n");
                }
            }
        }
        out.write("\n\\end\\\n");
    }

    /** A word that the context does not have yet, a frequent one rather than a rare one. */
    private int follower() {
        int word = (int) Math.exp(random.nextDouble() * Math.log(words)) - 1;
        while (taken[word] == stamp) {
            word = (word + 1) % words;
        }
        taken[word] = stamp;
        return word;
    }

    private String probability(int rank) {
        return number(-0.3 - Math.log10(rank + 1.0) - random.nextDouble());
    }

    private static String number(double value) {
        return Double.toString(Math.rint(value * 1e6) / 1e6);
    }
}
