package dev.driftline.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.driftline.input.Limits;
import dev.driftline.schemas.Document;
import dev.driftline.schemas.Score;
import dev.driftline.scoring.ModelSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The beginning of the Brown corpus through the whole topology, with one shard, against the golden file. */
class GoldenBrownTest {

    private static final int DOCUMENTS = 60;

    @TempDir
    Path stateDir;

    @Test
    void shouldScoreEveryDocumentAsTheGoldenFileSays() throws IOException {
        Path data = sharedData();
        assumeTrue(data != null, "no shared/data beside the checkout; give -Ddriftline.shared.data=DIR");
        List<String> golden;
        try (Stream<String> lines = Files.lines(data.resolve("golden/brown.growing.mkn5.tsv"))) {
            golden = lines.skip(1).limit(DOCUMENTS).toList();
        }
        try (TopologyFixture fixture = new TopologyFixture(
                        stateDir, ModelSettings.ofOrder(5), new Limits(1 << 20, 100_000, 1024, 8 << 20));
                Stream<String> corpus = Files.lines(data.resolve("brown.docs.tsv"))) {
            List<String> lines = corpus.limit(DOCUMENTS).toList();
            for (int i = 0; i < DOCUMENTS; i++) {
                Score score = fixture.score(parse(lines.get(i)));
                String[] expected = golden.get(i).split("\t");
                int tokens = Integer.parseInt(expected[2]);
                assertThat(score.getId()).isEqualTo(expected[0]);
                assertThat(score.getTokens()).as(score.getId()).isEqualTo(tokens);
                assertThat(score.getUnknownTokens()).as(score.getId()).isEqualTo(Integer.parseInt(expected[3]));
                assertThat(score.getNgramBitsPerToken())
                        .as(score.getId())
                        .isCloseTo(Double.parseDouble(expected[4]) / tokens, within(1e-3));
            }
        }
    }

    private static Document parse(String line) {
        String[] fields = line.split("\t", 3);
        List<List<String>> sentences = Arrays.stream((fields[2] + " ").split(" </s> "))
                .map(sentence -> List.of(sentence.strip().split(" ")))
                .toList();
        return Document.newBuilder()
                .setId(fields[0])
                .setSource(fields[1])
                .setPublishedAt(TopologyFixture.NOON)
                .setSentences(sentences)
                .build();
    }

    private static Path sharedData() {
        String set = System.getProperty("driftline.shared.data");
        if (set != null) {
            return Path.of(set);
        }
        for (Path at = Path.of("").toAbsolutePath(); at.getParent() != null; at = at.getParent()) {
            Path candidate = at.resolveSibling("shared").resolve("data");
            if (Files.isDirectory(candidate)) {
                return candidate;
            }
        }
        return null;
    }
}
