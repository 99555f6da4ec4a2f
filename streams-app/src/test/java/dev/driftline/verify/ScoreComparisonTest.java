package dev.driftline.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.driftline.config.DriftlineConfig;
import dev.driftline.input.IncomingDocument;
import dev.driftline.pages.HeapPageStore;
import dev.driftline.schemas.Score;
import dev.driftline.scoring.DocumentTokens;
import dev.driftline.scoring.LocalModel;
import dev.driftline.source.SourceModel;
import dev.driftline.topology.TopologySettings;
import dev.driftline.verify.order.Place;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What of a score with a background is compared, and with which. */
class ScoreComparisonTest {

    @TempDir
    Path folder;

    private final Place place = new Place(false, 0, 7);

    private TopologySettings settings(boolean background) throws IOException {
        Path arpa = folder.resolve("small.arpa");
        Files.writeString(
                arpa, "\\data\\\nngram 1=4\n\n\\1-grams:\n-99\t<s>\n-1\t<unk>\n-0.3\tthe\n-0.4\t</s>\n\n\\end\\\n");
        return TopologySettings.of(
                background
                        ? DriftlineConfig.of(Map.of("model.background", arpa.toString()))
                        : DriftlineConfig.defaults());
    }

    private static IncomingDocument document(String... words) {
        return new IncomingDocument("id", "source", 1, true, DocumentTokens.of(List.of(List.of(words))));
    }

    private Score score(TopologySettings settings, Optional<SourceModel> source, int documents) {
        LocalModel model = new LocalModel(settings.model(), 1, shard -> new HeapPageStore(), 1 << 24);
        ScoreComparison comparison = new ScoreComparison(settings);
        Score score = null;
        for (int i = 0; i < documents; i++) {
            IncomingDocument document = document("the", "new" + i, "a", "the");
            score = comparison.expected(place, document, 1, model.score(document.tokens(), true), source);
        }
        assertThat(score).isNotNull();
        return score;
    }

    @Test
    void shouldCompareWithoutTheSourceOnlyWhatItHasNoPartIn() throws IOException {
        TopologySettings settings = settings(true);
        ScoreComparison comparison = new ScoreComparison(settings);
        Score ofSource = score(settings, Optional.of(new SourceModel(settings.mixture())), 5);
        Score ofNobody = score(settings, Optional.empty(), 5);

        assertThat(comparison.difference(ofNobody, ofSource, false)).isEmpty();
        assertThat(comparison.difference(ofNobody, ofSource, true)).isPresent();
        Score wrong = Score.newBuilder(ofSource).setUnknownTokens(3).build();
        assertThat(comparison.difference(ofNobody, wrong, false)).isPresent();
    }

    @Test
    void shouldTakeAScoreWithoutABackgroundForOneOfAnotherModel() throws IOException {
        TopologySettings with = settings(true);
        TopologySettings without = settings(false);
        Score scored = score(with, Optional.empty(), 1);
        Score plain = score(without, Optional.empty(), 1);

        assertThat(new ScoreComparison(with).isOfThisModel(scored)).isTrue();
        assertThat(new ScoreComparison(without).isOfThisModel(plain)).isTrue();
        assertThat(new ScoreComparison(with).isOfThisModel(plain)).isFalse();
        assertThat(new ScoreComparison(without).isOfThisModel(scored)).isFalse();
    }
}
