package dev.driftline.neural;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class NetworkReaderTest {

    private static final int VOCABULARY = 300;

    static Stream<Network> networks() {
        List<Network> networks = new ArrayList<>();
        for (Cell cell : Cell.values()) {
            int window = cell == Cell.WINDOW ? 3 : 0;
            int layers = cell == Cell.WINDOW ? 1 : 2;
            for (List<Integer> cutoffs : List.of(List.<Integer>of(), List.of(120, 257), List.of(VOCABULARY))) {
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
                assertThat(difference(score.open(), probabilities)).isLessThan(1e-5f);
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
        int[] lengths = {3, 600, 0, 41, 1, 41};
        for (int i = 0; i < 70; i++) {
            documents.add(document(i, lengths[i % lengths.length] / (i < 6 ? 1 : 40)));
        }
        for (Pooling pooling : Pooling.values()) {
            List<NetworkScore> together = network.reader().score(documents, true, pooling);
            NetworkReader reader = network.reader();
            for (int i = 0; i < documents.size(); i += 5) {
                NetworkScore alone =
                        reader.score(List.of(documents.get(i)), true, pooling).get(0);
                NetworkScore score = together.get(i);
                assertThat(difference(score.logProbabilities(), alone.logProbabilities()))
                        .isLessThan(1e-4f);
                assertThat(difference(score.topProbabilities(), alone.topProbabilities()))
                        .isLessThan(1e-4f);
                assertThat(difference(score.open(), alone.open())).isLessThan(1e-4f);
                assertThat(difference(score.encoding(), alone.encoding())).isLessThan(1e-4f);
            }
        }
    }

    private static float difference(float[] one, float[] other) {
        assertThat(one).hasSameSizeAs(other);
        float largest = 0;
        for (int i = 0; i < one.length; i++) {
            largest = Math.max(largest, Math.abs(one[i] - other[i]));
        }
        return largest;
    }

    @ParameterizedTest
    @MethodSource("networks")
    void shouldAdvanceManyStatesAsOneByOne(Network network) {
        NetworkReader reader = network.reader();
        NetworkState start = reader.start();
        List<NetworkState> states = new ArrayList<>();
        for (int token = 5; token < 9; token++) {
            states.add(reader.advance(start, token));
        }
        List<NetworkState> after = reader.advance(states, new int[] {4, 3, 2, 1});

        for (int i = 0; i < states.size(); i++) {
            assertThat(difference(
                            after.get(i).values(),
                            reader.advance(states.get(i), 4 - i).values()))
                    .isLessThan(1e-5f);
        }
    }

    @Test
    void shouldAgreeWhenSeveralThreadsReadOneNetwork() throws Exception {
        Network network = network(Architecture.recurrent(Cell.LSTM, 12, 0, List.of(120, 257)));
        List<int[]> documents =
                IntStream.range(0, 20).mapToObj(i -> document(i, 30 + i)).toList();
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            List<Callable<float[]>> tasks = Collections.nCopies(8, () -> {
                NetworkReader reader = network.reader();
                float[] all = new float[0];
                for (NetworkScore score : reader.score(documents)) {
                    int at = all.length;
                    all = Arrays.copyOf(all, at + score.logProbabilities().length);
                    System.arraycopy(score.logProbabilities(), 0, all, at, all.length - at);
                }
                return all;
            });
            List<float[]> results = new ArrayList<>();
            for (Future<float[]> result : threads.invokeAll(tasks)) {
                results.add(result.get());
            }
            assertThat(results).allSatisfy(result -> assertThat(result).isEqualTo(results.get(0)));
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void shouldSayWhatIsWrongWithATokenOrAnArray() {
        NetworkReader reader =
                network(Architecture.recurrent(Cell.RNN, 4, 0, List.of())).reader();

        assertThatThrownBy(() -> reader.score(List.of(new int[] {1, VOCABULARY})))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("token 300 is not in the network's vocabulary of 300 words");
        assertThatThrownBy(() -> reader.next(reader.start(), new float[3]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("300 numbers", "not of 3");
    }
}
