package dev.driftline.neural;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class NetworkTest {

    private static final NeuralVocabulary WORDS =
            new NeuralVocabulary(List.of("<unk>", "</s>", "the", "of", "jury", "said"));

    @Test
    void shouldBeTheSameWhenTheSeedIsTheSame() {
        Architecture architecture = Architecture.recurrent(Cell.LSTM, 3, 0, List.of(4));

        assertThat(numbers(Network.random(architecture, WORDS, 5)))
                .isEqualTo(numbers(Network.random(architecture, WORDS, 5)))
                .isNotEqualTo(numbers(Network.random(architecture, WORDS, 6)));
    }

    private static List<Float> numbers(Network network) {
        List<Float> numbers = new ArrayList<>();
        for (Tensor tensor : network.parameters().tensors()) {
            for (float value : tensor.data()) {
                numbers.add(value);
            }
        }
        return numbers;
    }

    @Test
    void shouldNameTheTensorsAsDocumented() {
        Architecture adaptive = new Architecture(Cell.GRU, 5, 8, 2, 0, 0, false, List.of(2, 4, 9), 2);
        assertThat(shapes(adaptive))
                .containsExactly(
                        "encoder.weight [6, 5]",
                        "rnn.weight_ih_l0 [24, 5]",
                        "rnn.weight_hh_l0 [24, 8]",
                        "rnn.bias_ih_l0 [24]",
                        "rnn.bias_hh_l0 [24]",
                        "rnn.weight_ih_l1 [24, 8]",
                        "rnn.weight_hh_l1 [24, 8]",
                        "rnn.bias_ih_l1 [24]",
                        "rnn.bias_hh_l1 [24]",
                        "decoder.head.weight [4, 8]",
                        "decoder.tail.0.0.weight [4, 8]",
                        "decoder.tail.0.1.weight [2, 4]",
                        "decoder.tail.1.0.weight [2, 8]",
                        "decoder.tail.1.1.weight [2, 2]");
        assertThat(shapes(new Architecture(Cell.WINDOW, 5, 5, 1, 3, 0, true, List.of(), 1)))
                .containsExactly(
                        "encoder.weight [6, 5]", "hidden.weight [5, 15]", "hidden.bias [5]", "decoder.bias [6]");
        assertThat(shapes(new Architecture(Cell.WINDOW, 5, 5, 1, 3, 0, true, List.of(4), 1)))
                .endsWith("decoder.head.clusters [1, 5]", "decoder.tail.0.0.weight [5, 5]");
    }

    private static List<String> shapes(Architecture architecture) {
        List<String> shapes = new ArrayList<>();
        Parameters.shapes(architecture, WORDS.size())
                .forEach((name, shape) -> shapes.add(name + " " + java.util.Arrays.toString(shape)));
        return shapes;
    }

    @Test
    void shouldNameWhatDoesNotFit() {
        Architecture architecture = Architecture.recurrent(Cell.RNN, 3, 0, List.of());
        List<Tensor> tensors =
                new ArrayList<>(Parameters.zeros(architecture, WORDS.size()).tensors());
        tensors.set(1, Tensor.zeros("rnn.weight_ih_l0", 3, 4));
        assertThatThrownBy(() -> new Network(architecture, WORDS, new Parameters(tensors)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("rnn.weight_ih_l0 is [3, 4]")
                .hasMessageContaining("[3, 3]");
        tensors.remove(1);
        assertThatThrownBy(() -> new Network(architecture, WORDS, new Parameters(tensors)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no tensor rnn.weight_ih_l0");
        tensors.add(1, Tensor.zeros("rnn.weight_ih_l0", 3, 3));
        tensors.add(Tensor.zeros("rnn.weight_ih_l1", 3, 3));
        assertThatThrownBy(() -> new Network(architecture, WORDS, new Parameters(tensors)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("rnn.weight_ih_l1 is not part");
    }
}
