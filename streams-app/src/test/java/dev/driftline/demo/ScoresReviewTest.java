package dev.driftline.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.driftline.schemas.ExpertScore;
import dev.driftline.schemas.Score;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScoresReviewTest {

    @TempDir
    Path folder;

    private final WordCounts words = new WordCounts();
    private final ScoreTotals totals = new ScoreTotals();

    /** Twenty documents of 50 tokens: 4 bits a token, but document 1 has 9 and document 15, of the other source, 7. */
    private ScoresReview review() throws IOException {
        try (ResultFiles files = ResultFiles.in(folder)) {
            for (int i = 0; i < 20; i++) {
                int bits = i == 1 ? 9 : i == 15 ? 7 : 4;
                var score = Scores.score("d" + i, i % 5 == 0 ? "rare" : "often", 50, 50 * bits, i);
                files.add(score);
                totals.add(score);
                words.add(48);
            }
        }
        return new ScoresReview(folder.resolve(ResultFiles.SCORES), totals.tokens(), words.lastFifth(20));
    }

    @Test
    void shouldTakeTheDocumentsAfterFourFifthsOfTheWordsWhenAskedForTheLastFifth() throws IOException {
        Map<String, ScoresReview.Perplexities> last = review().ofLastFifth();
        assertThat(words.lastFifth(20)).isEqualTo(16);
        assertThat(last).containsOnlyKeys("kneser-ney-1", "mixture");
        assertThat(last.get("mixture").ofClass()).isCloseTo(16, within(1e-9));
        assertThat(last.get("kneser-ney-1").ofClass()).isCloseTo(256, within(1e-9));
    }

    @Test
    void shouldKeepEveryModelInItsColumnWhenTheNetworkComesLater() throws IOException {
        try (ResultFiles files = ResultFiles.in(folder)) {
            for (int i = 0; i < 3; i++) {
                Score score = Scores.score("d" + i, "often", 50, 200, i);
                if (i > 0) {
                    List<ExpertScore> experts = new ArrayList<>(score.getExperts());
                    experts.add(new ExpertScore("lstm", 350.0, 128.0, 350.0, null));
                    score.setExperts(experts);
                }
                files.add(score);
            }
        }
        Path scores = folder.resolve(ResultFiles.SCORES);
        assertThat(new ScoresReview(scores, 150, 0).ofLastFifth()).containsOnlyKeys("kneser-ney-1", "mixture");
        Map<String, ScoresReview.Perplexities> last = new ScoresReview(scores, 150, 1).ofLastFifth();
        assertThat(last.get("mixture").ofClass()).isCloseTo(16, within(1e-9));
        assertThat(last.get("network").ofClass()).isCloseTo(128, within(1e-9));
    }

    @Test
    void shouldRankByTheExcessOverTheSourceAndLeaveOutTheBeginningWhenAskedForSurprises() throws IOException {
        ScoresReview review = review();
        ScoresReview.Surprise first = review.mostSurprising(3).get(0);
        assertThat(first.id()).isEqualTo("d15");
        assertThat(first.bitsPerToken()).isCloseTo(7, within(1e-9));
        assertThat(first.excess()).isCloseTo(7 - (7 + 4 + 4) / 3.0, within(1e-9));
        assertThat(review.mostSurprising(20))
                .noneMatch(surprise -> surprise.id().equals("d1"));
    }

    @Test
    void shouldSumEveryModelWhenScoresAreAdded() throws IOException {
        review();
        assertThat(totals.models()).containsExactly("kneser-ney-1", "mixture");
        assertThat(totals.perplexity("mixture")).isCloseTo(Math.pow(2, (18 * 4 + 9 + 7) / 20.0), within(1e-9));
        assertThat(totals.perplexityKnown("kneser-ney-1")).isEqualTo(totals.perplexity("kneser-ney-1"));
        assertThat(totals.perplexityKnown("mixture")).isEqualTo(totals.perplexity("mixture"));
        assertThat(totals.bitsPerCharacter("mixture")).isCloseTo((18 * 4 + 9 + 7) / 100.0, within(1e-9));
    }

    @Test
    void shouldHaveNothingToSayWhenThereIsNoScore() throws IOException {
        try (ResultFiles files = ResultFiles.in(folder)) {
            files.flush();
        }
        ScoresReview review = new ScoresReview(folder.resolve(ResultFiles.SCORES), 0, 0);
        assertThat(review.ofLastFifth()).isEmpty();
        assertThat(review.mostSurprising(5)).isEmpty();
    }

    @Test
    void shouldRefuseAFolderWhenItHasSomethingInIt() throws IOException {
        Files.writeString(folder.resolve("thesis.txt"), "mine");
        assertThatThrownBy(() -> ResultFiles.in(folder))
                .hasMessageContaining("is not empty")
                .hasMessageContaining("--output");
    }
}
