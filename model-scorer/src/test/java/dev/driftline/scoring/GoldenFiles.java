package dev.driftline.scoring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.driftline.testing.junit.SharedData;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntToDoubleFunction;

/**
 * The exact −log2 p of every document of a corpus under orders 3 and 5, as a program outside this project computed it. One pass for
 * both orders: a model of order 5 says also what one of order 3 says.
 */
public final class GoldenFiles {

    private static final double BITS_A_TOKEN = 1e-3;

    private final Map<Integer, List<String>> lines = new TreeMap<>();
    private int next = 1;

    private GoldenFiles() {}

    /** Of one of the vocabularies {@code growing}, {@code grow-kenlm} and {@code closed16k}. */
    public static GoldenFiles of(String corpus, String vocabulary) throws IOException {
        GoldenFiles golden = new GoldenFiles();
        for (int order : List.of(3, 5)) {
            golden.lines.put(
                    order,
                    Files.readAllLines(
                            SharedData.file("golden/" + corpus + "." + vocabulary + ".mkn" + order + ".tsv")));
        }
        return golden;
    }

    /**
     * Compares the next document of the corpus.
     *
     * @param bits −log2 p of it by order
     */
    public void next(long tokens, long unknown, IntToDoubleFunction bits) {
        lines.forEach((order, documents) -> {
            String[] expected = documents.get(next).split("\t");
            String document = expected[0] + ", order " + order;
            assertThat(tokens).as(document).isEqualTo(Long.parseLong(expected[2]));
            assertThat(unknown).as("unknown words of " + document).isEqualTo(Long.parseLong(expected[3]));
            double found = bits.applyAsDouble(order);
            assertThat(Math.abs(found - Double.parseDouble(expected[4])) / tokens)
                    .as("bits a token of " + document + ": " + found + ", golden " + expected[4])
                    .isLessThan(BITS_A_TOKEN);
        });
        next++;
    }

    /** Checks that all of its documents have come. */
    public void end() {
        lines.values().forEach(documents -> assertThat(documents).hasSize(next));
    }
}
