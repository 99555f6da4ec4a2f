package dev.driftline.neural;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class NetworkReaderTest {

    private static final int VOCABULARY = 700;

    static Stream<Network> networks() {
        List<Network> networks = new ArrayList<>();
        for (Cell cell : Cell.values()) {
            int window = cell == Cell.WINDOW ? 3 : 0;
            int layers = cell == Cell.WINDOW ? 1 : 2;
            for (List<Integer> cutoffs : List.of(List.<Integer>of(), List.of(300, 601), List.of(VOCABULARY))) {
                networks.add(network(new Architecture(cell, 12, 12, layers, window, 0.5, true, cutoffs, 1)));
                networks.add(network(new Architecture(cell, 7, 17, layers, window, 0.5, false, cutoffs, 4)));
            }
        }
        return networks.stream();
    }

    private static Network network(Architecture architecture) {
        List<String> words = new ArrayList<>(List.of("<unk>", "</s>"));
        IntStream.range(2, VOCABULARY).forEach(i -> words.add("w" + i));
        NeuralVocabulary vocabulary = new NeuralVocabulary(words);
        Parameters parameters = Network.random(architecture, vocabulary, 3).parameters();
        // Larger than at the beginning, so that distributions are not all alike.
        for (Tensor tensor : parameters.tensors()) {
            for (int i = 0; i < tensor.data().length; i++) {
                tensor.data()[i] *= 3;
            }
        }
        return new Network(architecture, vocabulary, parameters);
    }

    private static int[] document(long seed, int length) {
        return new SplittableRandom(seed).ints(length, 0, VOCABULARY).toArray();
    }

    @ParameterizedTest
    @MethodSource("networks")
    void shouldAgreeWithTheChainRuleWhenADocumentIsScored(Network network) {
        int[] document = document(1, 40);
        NetworkReader reader = network.reader();
        NetworkScore score = reader.score(List.of(document), true, Pooling.LAST).get(0);

        NetworkState state = reader.start();
        float[] probabilities = new float[VOCABULARY];
        for (int i = 0; i < document.length; i++) {
            reader.next(state, probabilities);
            double sum = 0;
            for (float probability : probabilities) {
                sum += probability;
            }
            assertThat(sum).isCloseTo(1, within(1e-5));
            assertThat((double) score.logProbabilities()[i])
                    .isCloseTo(Math.log(probabilities[document[i]]), within(1e-4));
            float top = 0;
            for (int word = 0; word < network.bands().head(); word++) {
                top = Math.max(top, probabilities[word]);
            }
            assertThat(score.topProbabilities()[i]).isCloseTo(top, within(1e-5f));
            if (i == document.length - 1) {
                assertThat(score.open()).containsExactly(probabilities, within(1e-5f));
            }
            state = reader.advance(state, document[i]);
        }
        if (network.architecture().cell() == Cell.RNN) {
            float[] last = state.values();
            assertThat(score.encoding())
                    .containsExactly(
                            java.util.Arrays.copyOfRange(
                                    last, last.length - network.architecture().hidden(), last.length),
                            within(1e-5f));
        }
    }

    @ParameterizedTest
    @MethodSource("networks")
    void shouldScoreDocumentsTogetherAsAlone(Network network) {
        List<int[]> documents = new ArrayList<>();
        int[] lengths = {3, 700, 0, 41, 1, 41};
        for (int i = 0; i < 70; i++) {
            documents.add(document(i, lengths[i % lengths.length] / (i < 6 ? 1 : 20)));
        }
        for (Pooling pooling : Pooling.values()) {
            List<NetworkScore> together = network.reader().score(documents, true, pooling);
            NetworkReader reader = network.reader();
            for (int i = 0; i < documents.size(); i += 3) {
                NetworkScore alone =
                        reader.score(List.of(documents.get(i)), true, pooling).get(0);
                NetworkScore score = together.get(i);
                assertThat(score.logProbabilities()).containsExactly(alone.logProbabilities(), within(1e-4f));
                assertThat(score.topProbabilities()).containsExactly(alone.topProbabilities(), within(1e-4f));
                assertThat(score.open()).containsExactly(alone.open(), within(1e-4f));
                assertThat(score.encoding()).containsExactly(alone.encoding(), within(1e-4f));
            }
        }
    }
}
