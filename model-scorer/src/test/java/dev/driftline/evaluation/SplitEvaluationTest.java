package dev.driftline.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.driftline.corpus.CorpusDocument;
import dev.driftline.neural.Architecture;
import dev.driftline.neural.Cell;
import dev.driftline.neural.Network;
import dev.driftline.neural.training.OfflineTraining;
import dev.driftline.neural.training.Optimizer;
import dev.driftline.neural.training.TrainingSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SplitEvaluationTest {

    @Test
    void shouldCutAfterTheSentenceThatCompletesTheWordsAndMergeRareTypes() {
        List<CorpusDocument> documents = List.of(
                document("one", List.of("a", "b", "c"), List.of("a", "b")),
                document("two", List.of("a", "c", "d"), List.of("b", "e"), List.of("a")));
        SplitCorpus split = SplitCorpus.of(documents, 4, 3, 1);
        assertThat(split.training()).containsExactly(documents.get(0));
        assertThat(split.validation()).containsExactly(document("two", List.of("a", "c", "d")));
        assertThat(split.test()).containsExactly(document("two", List.of("b", "e"), List.of("a")));
        assertThat(split.words()).containsExactly("a", "b", "c");
        assertThat(split.rareTypes()).isEqualTo(2);
    }

    @Test
    void shouldRefuseASplitThatLeavesNothingToTestOn() {
        List<CorpusDocument> documents = List.of(document("one", List.of("a", "b"), List.of("c")));
        assertThatThrownBy(() -> SplitCorpus.of(documents, 2, 5, 0)).hasMessageContaining("3 words");
    }

    /** The n-gram model knows phrases, and the network what stands farther back than any n-gram reaches. */
    @Test
    void shouldMixSoThatTheMixtureIsBetterThanEither() throws InterruptedException {
        SplitCorpus split = SplitCorpus.of(documents(), 6_000, 1_000, 0);
        SplitEvaluation evaluation = new SplitEvaluation(split, 3, 1 << 24);
        Network start = Network.random(Architecture.recurrent(Cell.LSTM, 16, 0, List.of()), evaluation.vocabulary(), 1);
        OfflineTraining offline = new OfflineTraining(
                new TrainingSettings(Optimizer.ADAM, 0.01, 1, 0, 8, 12, 1), new OfflineTraining.Schedule(6, 2, 0));
        SplitEvaluation.Row ngrams = evaluation.ngrams();
        List<SplitEvaluation.Row> rows = evaluation.network(start, offline, new OfflineTraining.Listener() {});
        assertThat(rows).extracting(SplitEvaluation.Row::model).containsExactly("lstm", "lstm + kneser-ney");
        assertThat(ngrams.model()).isEqualTo("kneser-ney-3");
        double mixed = rows.get(1).testPerplexity();
        assertThat(mixed)
                .isLessThan(ngrams.testPerplexity())
                .isLessThan(rows.get(0).testPerplexity());
        assertThat(mixed).isGreaterThan(1);
        int tokens = split.test().stream()
                .flatMap(document -> document.sentences().stream())
                .mapToInt(sentence -> sentence.size() + 1)
                .sum();
        assertThat(evaluation.testTokens()).isEqualTo(tokens);
    }

    /** The last word of a sentence repeats its first, with seven of a few words between. */
    private static List<CorpusDocument> documents() {
        Random random = new Random(4);
        List<CorpusDocument> documents = new ArrayList<>();
        for (int d = 0; d < 100; d++) {
            List<List<String>> sentences = new ArrayList<>();
            for (int s = 0; s < 10; s++) {
                List<String> sentence = new ArrayList<>();
                String first = random.nextBoolean() ? "red" : "blue";
                sentence.add(first);
                int word = random.nextInt(8);
                for (int w = 0; w < 6; w++) {
                    word = random.nextInt(5) == 0 ? random.nextInt(8) : (word * 3 + 1) % 8;
                    sentence.add("w" + word);
                }
                sentence.add(first);
                sentences.add(sentence);
            }
            documents.add(new CorpusDocument("d" + d, "s", sentences));
        }
        return documents;
    }

    @SafeVarargs
    @SuppressWarnings("varargs")
    private static CorpusDocument document(String id, List<String>... sentences) {
        return new CorpusDocument(id, "s", List.of(sentences));
    }
}
