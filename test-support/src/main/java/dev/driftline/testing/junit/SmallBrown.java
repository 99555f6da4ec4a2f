package dev.driftline.testing.junit;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The beginning of the Brown corpus in small documents, some 9,000 words, and what an exact model says of it: a program
 * that has no line in common with Driftline, {@code tests/src/test/python/golden.py}. It is in this repository, so that
 * tests of the numbers run everywhere.
 */
public final class SmallBrown {

    private static final int FIRST_MODEL = 5;

    private SmallBrown() {}

    /**
     * A document and its golden values.
     *
     * @param tokens predicted tokens, every {@code </s>} included
     * @param unknown those of them that are unknown to a growing vocabulary
     * @param bits −log2 p of the document, by vocabulary and order, such as {@code growing-3}
     */
    public record Document(
            String id,
            String source,
            List<List<String>> sentences,
            int tokens,
            int unknown,
            Map<String, Double> bits) {}

    /** The documents, in the order in which the model learned them. */
    public static List<Document> documents() {
        try (InputStream in = SmallBrown.class.getResourceAsStream("/golden/brown-small.tsv")) {
            if (in == null) {
                throw new IllegalStateException("golden/brown-small.tsv is not on the class path");
            }
            BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
            String[] header = lines.readLine().split("\t");
            return lines.lines().map(line -> document(header, line.split("\t"))).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Document document(String[] header, String[] fields) {
        List<List<String>> sentences = new ArrayList<>();
        for (String sentence : fields[2].split(" </s> ")) {
            sentences.add(Arrays.asList(sentence.split(" ")));
        }
        Map<String, Double> bits = new HashMap<>();
        for (int column = FIRST_MODEL; column < fields.length; column++) {
            bits.put(header[column], Double.valueOf(fields[column]));
        }
        return new Document(
                fields[0], fields[1], sentences, Integer.parseInt(fields[3]), Integer.parseInt(fields[4]), bits);
    }

    /** What the models with a closed vocabulary know: the words that occur more than once. */
    public static Set<String> closedVocabulary() {
        Set<String> once = new HashSet<>();
        Set<String> more = new HashSet<>();
        documents().stream()
                .flatMap(document -> document.sentences().stream())
                .flatMap(List::stream)
                .filter(word -> !once.add(word))
                .forEach(more::add);
        return more;
    }
}
