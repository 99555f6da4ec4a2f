package dev.driftline.bench.forget;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.driftline.bench.text.BenchCorpus;
import dev.driftline.corpus.CorpusDocument;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class ForgetResultsTest {

    @Test
    void shouldCompareTheEndWithTheBeginningUnderTheBound() {
        ForgetResults results = new ForgetResults();
        results.marks.add(mark(900_000, 0));
        for (int i = 0; i < 10; i++) {
            results.marks.add(mark(200_000 - 1_000 * i, 1 + i));
        }

        // The first is from before the bound was reached.
        assertThat(results.endToBeginning(ForgetResults.Mark::tokensPerSecond)).isCloseTo(191.5 / 199.5, within(1e-9));
        assertThat(results.csv().lines()).hasSize(12).element(0).asString().startsWith("seconds,tokens,");
        assertThat(results.table()).contains("tokens/s 96.0 %");
    }

    @Test
    void shouldMakeRareWordsNewInEachRepetitionAndKeepTheOthers() {
        List<String> sentence = List.of("the", "the", "the", "the", "the", "the", "seldom");
        EverNewText text = new EverNewText(
                new BenchCorpus(Path.of("none"), "none", List.of(new CorpusDocument("a", "s", List.of(sentence))), 8));

        assertThat(text.next().sentences()).containsExactly(sentence);
        assertThat(text.next().sentences().get(0)).contains("the", "seldom#1");
        assertThat(text.next().sentences().get(0)).contains("the", "seldom#2");
    }

    private static ForgetResults.Mark mark(double tokensPerSecond, long forgotten) {
        return new ForgetResults.Mark(1, 1, tokensPerSecond, tokensPerSecond, 1, 1, 1, 1, 1, 1, 1, forgotten, 0);
    }
}
