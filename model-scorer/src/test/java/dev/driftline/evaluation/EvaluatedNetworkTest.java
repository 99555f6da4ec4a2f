package dev.driftline.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.driftline.corpus.CorpusDocument;
import dev.driftline.mixture.MixtureSettings;
import dev.driftline.neural.Architecture;
import dev.driftline.neural.Cell;
import dev.driftline.neural.online.OnlineNetwork;
import dev.driftline.neural.online.OnlineSettings;
import dev.driftline.neural.online.Promotion;
import dev.driftline.neural.online.Round;
import dev.driftline.neural.online.VocabularyTurnover;
import dev.driftline.neural.training.Optimizer;
import dev.driftline.neural.training.TrainingSettings;
import dev.driftline.pages.HeapPageStore;
import dev.driftline.scoring.LocalModel;
import dev.driftline.scoring.ModelSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class EvaluatedNetworkTest {

    private static final MixtureSettings MIXTURE = new MixtureSettings(
                    2, "kneser-ney", new MixtureSettings.Caches(40, 10, 0.45, 200, 0.65), 0.01, 10)
            .withNeural("lstm");

    @Test
    void shouldAddTheNetworkAndMixItInOnceItHasLearned() {
        List<Round> told = new ArrayList<>();
        EvaluatedNetwork network = EvaluatedNetwork.online(new OnlineNetwork(settings()), Optional.empty(), told::add);
        EvaluationReport report = evaluate(network);
        assertThat(report.models()).extracting(ModelResult::model).contains("lstm", "mixture");
        assertThat(network.model()).contains("lstm");
        assertThat(network.rounds())
                .isNotEmpty()
                .isEqualTo(told.stream().map(NetworkRound::of).toList());
        assertThat(told.get(0).outcome()).isEqualTo(Round.Outcome.BOOTSTRAPPED);
        assertThat(network.scoringSeconds()).isPositive();
        assertThat(network.learningSeconds()).isPositive();
        // What repeats from farther back than two words, only the network can know.
        double lastOfNgrams = report.model("kneser-ney-2").last20().ofClass();
        assertThat(report.model("lstm").last20().ofClass()).isLessThan(lastOfNgrams);
        assertThat(report.model("mixture").last20().ofClass()).isLessThan(lastOfNgrams);
    }

    @Test
    void shouldLearnNothingAsASnapshotThatStaysAsItIs() {
        OnlineNetwork taught = new OnlineNetwork(settings());
        evaluate(EvaluatedNetwork.online(taught, Optional.empty(), round -> {}));
        EvaluatedNetwork frozen = EvaluatedNetwork.frozen(taught.active().orElseThrow(), Optional.empty());
        EvaluationReport report = evaluate(frozen);
        assertThat(frozen.rounds()).isEmpty();
        assertThat(report.model("lstm").all().ofClass())
                .isLessThan(report.model("kneser-ney-2").all().ofClass());
    }

    @Test
    void shouldGoBackToItsWeightsWhenItHasFollowedADocument() {
        OnlineNetwork taught = new OnlineNetwork(settings());
        evaluate(EvaluatedNetwork.online(taught, Optional.empty(), round -> {}));
        Optional<TrainingSettings> dynamic =
                Optional.of(new TrainingSettings(Optimizer.RMS_DECAY, 1e-3, 0, 0.005, 1, 5, 1));
        EvaluatedNetwork following = EvaluatedNetwork.frozen(taught.active().orElseThrow(), dynamic);
        EvaluatedNetwork still = EvaluatedNetwork.frozen(taught.active().orElseThrow(), Optional.empty());
        CorpusDocument probe = documents().get(0);
        CorpusDocument unlearned = new CorpusDocument("p", "s", probe.sentences(), false, java.util.Map.of());
        Evaluation evaluation = evaluation(Optional.of(following));
        documents().forEach(evaluation::add);
        double[] first = evaluation.add(unlearned).bits();
        assertThat(evaluation.add(unlearned).bits()).isEqualTo(first);
        Evaluation other = evaluation(Optional.of(still));
        documents().forEach(other::add);
        int lstm = other.models().indexOf("lstm");
        assertThat(other.add(unlearned).bits()[lstm]).isNotEqualTo(first[lstm]);
    }

    @Test
    void shouldRefuseAMixtureWithANetworkWhenNoneIsGiven() {
        assertThatThrownBy(() -> evaluation(Optional.empty())).hasMessageContaining("a network was not given");
    }

    private static EvaluationReport evaluate(EvaluatedNetwork network) {
        Evaluation evaluation = evaluation(Optional.of(network));
        documents().forEach(evaluation::add);
        return evaluation.report();
    }

    private static Evaluation evaluation(Optional<EvaluatedNetwork> network) {
        LocalModel model = new LocalModel(ModelSettings.ofOrder(2), 1, shard -> new HeapPageStore(), 1 << 24);
        return new Evaluation(model, MIXTURE, new HeapPageStore(), network, Optional.empty());
    }

    private static OnlineSettings settings() {
        return new OnlineSettings(
                Architecture.recurrent(Cell.LSTM, 16, 0, List.of()),
                new TrainingSettings(Optimizer.ADAM, 0.01, 1, 0, 4, 12, 1),
                new OnlineSettings.Vocabulary(new VocabularyTurnover(100, 1, 2), Optional.empty()),
                new OnlineSettings.Bootstrap(300, 10),
                new OnlineSettings.Rounds(600, 4, 1, 200),
                new OnlineSettings.Buffer(5_000, 5_000),
                new Promotion(0, 0.05, 1, false),
                2_000,
                Optional.empty(),
                1,
                "words");
    }

    /** Words go round in one order, three steps apart, behind a word that says nothing. */
    private static List<CorpusDocument> documents() {
        Random random = new Random(8);
        List<CorpusDocument> documents = new ArrayList<>();
        for (int d = 0; d < 60; d++) {
            List<List<String>> sentences = new ArrayList<>();
            for (int s = 0; s < 5; s++) {
                List<String> sentence = new ArrayList<>();
                int word = random.nextInt(6);
                for (int w = 0; w < 5; w++) {
                    sentence.add("w" + (word + w) % 6);
                    sentence.add("x");
                    sentence.add("y");
                }
                sentences.add(sentence);
            }
            documents.add(new CorpusDocument("d" + d, "s", sentences));
        }
        return documents;
    }
}
