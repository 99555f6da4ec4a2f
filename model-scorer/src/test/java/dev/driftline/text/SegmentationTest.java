package dev.driftline.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * How real text is cut. The texts, and for languages a segmentation by linguists, come from elsewhere; README.md beside them
 * says from where. What this tokenizer makes of them is in the {@code .cut} files, which were read and found right or, where
 * they are not, named in docs/tokenizers.md. {@code -Ddriftline.generate=true} writes them.
 */
class SegmentationTest {

    private static final Path FOLDER = Path.of("src/test/resources/segmentation");

    @ParameterizedTest
    @CsvSource({
        "pud-en.tsv, words, en",
        "pud-de.tsv, words, de",
        "pud-zh.tsv, words, zh",
        "pud-ja.tsv, words, ja",
        "pud-ar.tsv, words, ar",
        "pud-th.tsv, words, th",
        "CharSequenceReader.java.txt, words, ''",
        "apache.log.txt, log, ''",
        "syslog.log.txt, log, ''",
        "kafka.log.txt, log, ''"
    })
    void shouldCutRealTextAsItDid(String file, String tokenizer, String language) throws IOException {
        Tokenizer cutting = Tokenizers.named(tokenizer);
        String cut = read(file)
                .lines()
                .map(line -> line.split("\t")[0])
                .flatMap(text -> cutting.sentences(text, language).stream())
                .map(sentence -> String.join(" ", sentence))
                .collect(Collectors.joining("\n", "", "\n"));
        if (Boolean.getBoolean("driftline.generate")) {
            Files.writeString(FOLDER.resolve(file + ".cut"), cut);
        }
        assertThat(cut).isEqualTo(read(file + ".cut"));
    }

    /** The share of boundaries between tokens that both have; docs/tokenizers.md has the figures. */
    @ParameterizedTest
    @CsvSource({"en, 0.94", "de, 0.96", "zh, 0.85", "ja, 0.85", "ar, 0.85", "th, 0.80"})
    void shouldFindMostOfTheBoundariesThatLinguistsFind(String language, double least) throws IOException {
        Tokenizer words = Tokenizers.named("words");
        int found = 0;
        int ours = 0;
        int theirs = 0;
        for (String line : read("pud-" + language + ".tsv").lines().toList()) {
            String[] fields = line.split("\t");
            Set<Integer> cut = boundaries(words.sentences(fields[0], language).stream()
                    .flatMap(List::stream)
                    .toList());
            Set<Integer> gold = boundaries(List.of(fields[1].split(" ")));
            ours += cut.size();
            theirs += gold.size();
            cut.retainAll(gold);
            found += cut.size();
        }
        double f1 = 2.0 * found / (ours + theirs);
        System.out.printf(
                java.util.Locale.ROOT,
                "boundaries %s: precision %.3f, recall %.3f, F1 %.3f of %d%n",
                language,
                (double) found / ours,
                (double) found / theirs,
                f1,
                theirs);
        assertThat(f1).isGreaterThan(least);
    }

    /** Ends of tokens inside a sentence, in characters without white space. */
    private static Set<Integer> boundaries(List<String> tokens) {
        Set<Integer> ends = new TreeSet<>();
        int at = 0;
        for (String token : tokens.subList(0, tokens.size() - 1)) {
            at += token.length();
            ends.add(at);
        }
        return ends;
    }

    private static String read(String file) throws IOException {
        try (InputStream in = SegmentationTest.class.getResourceAsStream("/segmentation/" + file)) {
            return in == null ? "" : new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
