package dev.driftline.arpa;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.driftline.backoff.BackoffModel;
import dev.driftline.backoff.BackoffScorer;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Files as other tools write them, and the numbers that other readers give: see README.md beside them. */
class OtherToolsTest {

    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource({
        "irstlm, log10",
        "kenlm, log10",
        "srilm, log10",
        "irstlm, query",
        "kenlm, query",
        "srilm, query",
        "gaps, query",
        "no-unk, query",
        "unk, query"
    })
    void shouldGiveTheNumbersThatAnotherReaderGives(String name, String numbers) throws IOException {
        BackoffModel model = ArpaReader.read(Files.write(folder.resolve(name + ".arpa"), resource(name + ".arpa")));
        List<String> lines = new String(resource(name + "." + numbers + ".tsv"), StandardCharsets.UTF_8)
                .lines()
                .toList();

        assertThat(lines).hasSizeGreaterThan(4);
        for (String line : lines) {
            String[] fields = line.split("\t");
            List<String> words = fields[0].isEmpty() ? List.of() : Arrays.asList(fields[0].split(" "));
            double[] expected = Arrays.stream(fields[1].split(" "))
                    .mapToDouble(Double::parseDouble)
                    .toArray();
            int state = model.start();
            for (int i = 0; i < expected.length; i++) {
                int word = i == words.size() ? BackoffModel.EOS : model.index(words.get(i));
                assertThat(model.log10(state, word))
                        .as(fields[0] + ", word " + i)
                        .isCloseTo(expected[i], within(1e-5));
                state = model.advance(state, word);
            }
            BackoffScorer.Score score = new BackoffScorer(model).sentence(words);
            assertThat(score.tokens()).isEqualTo(expected.length);
            assertThat(score.unknown())
                    .isEqualTo(words.stream()
                            .filter(word -> model.index(word) == BackoffModel.UNKNOWN)
                            .count());
            assertThat(score.log10()).isCloseTo(Double.parseDouble(fields[2]), within(1e-5));
            assertThat(Math.log10(score.perplexity()))
                    .isCloseTo(-Double.parseDouble(fields[2]) / expected.length, within(1e-5));
            assertThat(score.bitsPerToken()).isCloseTo(Math.log(score.perplexity()) / Math.log(2), within(1e-9));
        }
    }

    private static byte[] resource(String name) throws IOException {
        try (InputStream in = Objects.requireNonNull(OtherToolsTest.class.getResourceAsStream("/arpa/" + name), name)) {
            return in.readAllBytes();
        }
    }
}
