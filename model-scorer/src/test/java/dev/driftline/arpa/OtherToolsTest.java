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
import org.junit.jupiter.params.provider.ValueSource;

/** Files as other tools write them, and the numbers that another reader gives: see README.md beside them. */
class OtherToolsTest {

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"irstlm", "kenlm", "srilm"})
    void shouldGiveTheNumbersThatAnotherReaderGives(String tool) throws IOException {
        BackoffModel model = ArpaReader.read(Files.write(folder.resolve(tool + ".arpa"), resource(tool + ".arpa")));
        List<String> lines = new String(resource(tool + ".log10.tsv"), StandardCharsets.UTF_8)
                .lines()
                .toList();

        assertThat(lines).hasSizeGreaterThan(4);
        for (String line : lines) {
            String[] fields = line.split("\t");
            List<String> words = Arrays.asList(fields[0].split(" "));
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
            assertThat(score.perplexity())
                    .isCloseTo(Math.pow(10, -Double.parseDouble(fields[2]) / expected.length), within(1e-3));
            assertThat(score.bitsPerToken()).isCloseTo(Math.log(score.perplexity()) / Math.log(2), within(1e-9));
        }
    }

    private static byte[] resource(String name) throws IOException {
        try (InputStream in = Objects.requireNonNull(OtherToolsTest.class.getResourceAsStream("/arpa/" + name), name)) {
            return in.readAllBytes();
        }
    }
}
