package dev.driftline.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.driftline.schemas.Document;
import dev.driftline.schemas.Score;
import dev.driftline.scoring.ModelSettings;
import dev.driftline.testing.junit.SmallBrown;
import dev.driftline.topics.Layout;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The beginning of the Brown corpus through the whole topology, with one shard, in each layout, against the golden file. */
class GoldenBrownTest {

    private static final int ORDER = 5;

    @TempDir
    Path stateDir;

    @ParameterizedTest
    @EnumSource
    void shouldScoreEveryDocumentAsTheGoldenFileSays(Layout layout) {
        try (TopologyFixture fixture =
                new TopologyFixture(layout, stateDir, ModelSettings.ofOrder(ORDER), TopologyFixture.LIMITS)) {
            for (SmallBrown.Document golden : SmallBrown.documents()) {
                Score score = fixture.score(Document.newBuilder()
                        .setId(golden.id())
                        .setSource(golden.source())
                        .setPublishedAt(TopologyFixture.NOON)
                        .setSentences(golden.sentences())
                        .build());

                assertThat(score.getId()).isEqualTo(golden.id());
                assertThat(score.getTokens()).as(golden.id()).isEqualTo(golden.tokens());
                assertThat(score.getUnknownTokens()).as(golden.id()).isEqualTo(golden.unknown());
                assertThat(score.getNgramBitsPerToken())
                        .as(golden.id())
                        .isCloseTo(golden.bits().get("growing-" + ORDER) / golden.tokens(), within(1e-5));
            }
        }
    }
}
