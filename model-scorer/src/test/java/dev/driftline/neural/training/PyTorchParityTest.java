package dev.driftline.neural.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.driftline.neural.Architecture;
import dev.driftline.neural.Cell;
import dev.driftline.neural.Network;
import dev.driftline.neural.NetworkReader;
import dev.driftline.neural.NetworkScore;
import dev.driftline.neural.NetworkState;
import dev.driftline.neural.NeuralVocabulary;
import dev.driftline.neural.Parameters;
import dev.driftline.neural.Tensor;
import dev.driftline.neural.snapshot.Safetensors;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Against what PyTorch 1.13 makes of the same weights: {@code tests/src/test/python/pytorch_parity.py} wrote the files. */
class PyTorchParityTest {

    static Stream<Path> networks() throws IOException, URISyntaxException {
        Path folder = Path.of(PyTorchParityTest.class.getResource("/pytorch").toURI());
        try (Stream<Path> files = Files.list(folder)) {
            return files.sorted().toList().stream();
        }
    }

    private record Fixture(Map<String, String> settings, Map<String, Tensor> tensors) {

        static Fixture read(Path file) throws IOException {
            Safetensors content = Safetensors.read(file);
            Map<String, Tensor> tensors = new LinkedHashMap<>();
            content.tensors().forEach(tensor -> tensors.put(tensor.name(), tensor));
            return new Fixture(content.metadata(), tensors);
        }

        int number(String name) {
            return Integer.parseInt(settings.get(name));
        }

        double real(String name) {
            return Double.parseDouble(settings.get(name));
        }

        float[] data(String name) {
            return tensors.get(name).data();
        }

        int[] tokens() {
            float[] data = data("tokens");
            int[] tokens = new int[data.length];
            for (int i = 0; i < data.length; i++) {
                tokens[i] = (int) data[i];
            }
            return tokens;
        }

        Network network() {
            String cutoffs = settings.get("cutoffs");
            Architecture architecture = new Architecture(
                    Cell.named(settings.get("cell")),
                    number("embedding"),
                    number("hidden"),
                    number("layers"),
                    number("window"),
                    0,
                    settings.get("tied").equals("True"),
                    cutoffs.isEmpty()
                            ? List.of()
                            : Arrays.stream(cutoffs.split(","))
                                    .map(Integer::valueOf)
                                    .toList(),
                    real("divisor"));
            List<String> words = new ArrayList<>(List.of("<unk>", "</s>"));
            List<Tensor> weights = new ArrayList<>();
            tensors.forEach((name, tensor) -> {
                if (name.startsWith("before.")) {
                    weights.add(new Tensor(name.substring("before.".length()), tensor.shape(), tensor.data()));
                    if (name.equals("before.encoder.weight")) {
                        for (int word = 2; word < tensor.shape()[0]; word++) {
                            words.add("w" + word);
                        }
                    }
                }
            });
            return new Network(architecture, new NeuralVocabulary(words), new Parameters(weights));
        }
    }

    @ParameterizedTest
    @MethodSource("networks")
    void shouldSayWhatPyTorchSays(Path file) throws IOException {
        Fixture fixture = Fixture.read(file);
        Network network = fixture.network();
        int size = network.vocabulary().size();
        int[] tokens = fixture.tokens();
        float[] expected = fixture.data("log_probabilities");
        int positions = expected.length / size;
        NetworkReader reader = network.reader();
        NetworkScore score =
                reader.score(List.of(Arrays.copyOf(tokens, positions))).get(0);

        NetworkState state = reader.start();
        float[] probabilities = new float[size];
        float largest = 0;
        for (int position = 0; position < positions; position++) {
            reader.next(state, probabilities);
            for (int word = 0; word < size; word++) {
                assertThat(Math.log(probabilities[word])).isCloseTo(expected[position * size + word], within(1e-4));
            }
            assertThat(score.logProbabilities()[position])
                    .isCloseTo(expected[position * size + tokens[position]], within(1e-4f));
            state = reader.advance(state, tokens[position]);
        }
        assertThat(largest).isLessThan(1e-4f);
    }

    @ParameterizedTest
    @MethodSource("networks")
    void shouldLearnWhatPyTorchLearnsInTwentySteps(Path file) throws Exception {
        Fixture fixture = Fixture.read(file);
        float[] losses = fixture.data("losses");
        int rows = fixture.number("streams") * fixture.number("steps");
        NetworkTrainer trainer = new NetworkTrainer(
                fixture.network(),
                new TrainingSettings(
                        Optimizer.named(fixture.settings().get("optimizer")),
                        fixture.real("rate"),
                        fixture.real("clip"),
                        fixture.real("decay"),
                        fixture.number("streams"),
                        fixture.number("steps"),
                        0));

        NetworkTrainer.Pass pass = trainer.pass(List.of(fixture.tokens()), tokens -> {});

        double nats = 0;
        for (float loss : losses) {
            nats += (double) loss * rows;
        }
        assertThat(losses).hasSize(20);
        assertThat(pass.tokens()).isEqualTo(20L * rows);
        assertThat(pass.nats() / pass.tokens()).isCloseTo(nats / pass.tokens(), within(1e-4));
        for (Tensor weights : trainer.network().parameters().tensors()) {
            assertThat(difference(weights.data(), fixture.data("after." + weights.name())))
                    .as(weights.name())
                    .isLessThan(1e-4f);
        }
    }

    /** Else the test above would pass where nothing is learned. */
    @Test
    void shouldHaveFixturesThatLearn() throws Exception {
        for (Path file : networks().toList()) {
            Fixture fixture = Fixture.read(file);
            for (Tensor tensor : fixture.network().parameters().tensors()) {
                assertThat(difference(tensor.data(), fixture.data("after." + tensor.name())))
                        .as(file.getFileName() + " " + tensor.name())
                        .isGreaterThan(1e-3f);
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
}
