package dev.driftline.neural.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.driftline.neural.Architecture;
import dev.driftline.neural.Cell;
import dev.driftline.neural.Network;
import dev.driftline.neural.NetworkReader;
import dev.driftline.neural.NetworkState;
import dev.driftline.neural.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class WordModelImportTest {

    @TempDir
    Path directory;

    static Stream<Network> networks() {
        // A softmax whose cutoffs are beyond the vocabulary has no form of its own in PyTorch.
        return SampleNetworks.all()
                .filter(network -> !network.architecture().cutoffs().equals(List.of(1000)));
    }

    @ParameterizedTest
    @MethodSource("networks")
    void shouldKnowTheArchitectureFromTheShapesAlone(Network network) {
        WordModelImport read = WordModelImport.of(
                TorchLayout.expand(network),
                network.vocabulary().words(),
                new WordModelImport.Settings(Map.of(), null, null, 0.25));

        Architecture expected = network.architecture();
        if (!expected.adaptive() && expected.divisor() != 1) {
            expected = new Architecture(
                    expected.cell(),
                    expected.embedding(),
                    expected.hidden(),
                    expected.layers(),
                    expected.window(),
                    expected.dropout(),
                    expected.tied(),
                    expected.cutoffs(),
                    1);
        }
        assertThat(read.network().architecture()).isEqualTo(expected);
        SnapshotFolderTest.assertSameNumbers(read.network(), network);
        assertThat(read.notes()).noneMatch(note -> note.contains("now"));
    }

    @ParameterizedTest
    @MethodSource("networks")
    void shouldPredictTheSameWhereTheSpecialWordsWereElsewhere(Network network) {
        // PyTorch's word_language_model has <eos> where the first line ended, and <unk> where it was first seen.
        List<String> words = new ArrayList<>(network.vocabulary().words());
        int[] rows = new int[words.size()];
        Arrays.setAll(rows, row -> row);
        swap(rows, 0, 7);
        swap(rows, 1, 4);
        List<String> elsewhere = new ArrayList<>();
        for (int row : rows) {
            elsewhere.add(words.get(row));
        }
        elsewhere.set(elsewhere.indexOf("</s>"), "<eos>");
        List<Tensor> tensors = new ArrayList<>();
        for (Tensor tensor : TorchLayout.expand(network)) {
            tensors.add(
                    List.of("encoder.weight", "decoder.weight", "decoder.bias", "decoder.head.weight")
                                    .contains(tensor.name())
                            ? permuted(tensor, rows)
                            : tensor);
        }

        WordModelImport read = WordModelImport.of(tensors, elsewhere, WordModelImport.Settings.DEFAULT);

        assertThat(read.notes()).anyMatch(note -> note.contains("'<eos>' (row 4)"));
        assertThat(read.network().vocabulary().words().subList(0, 2)).containsExactly("<unk>", "</s>");
        float[] expected = next(network, "w20", "w30");
        float[] actual = next(read.network(), "w20", "w30");
        for (String word : words) {
            assertThat(actual[read.network().vocabulary().index(word)])
                    .as(word)
                    .isCloseTo(expected[network.vocabulary().index(word)], within(1e-6f));
        }
    }

    @Test
    void shouldTakeAModelWithOtherNamesAndWithoutBiases() {
        Network network = SampleNetworks.lstm();
        List<Tensor> tensors = new ArrayList<>();
        for (Tensor tensor : TorchLayout.expand(network)) {
            if (!tensor.name().contains("bias") && !tensor.name().equals("decoder.weight")) {
                String name = tensor.name().replace("rnn.", "lstm.").replace("encoder.", "embedding.");
                tensors.add(new Tensor(name, tensor.shape(), tensor.data()));
            }
        }
        List<String> words = network.vocabulary().words();
        assertThatThrownBy(() -> WordModelImport.of(tensors, words, WordModelImport.Settings.DEFAULT))
                .isInstanceOf(InvalidSnapshotException.class)
                .hasMessageContaining("embedding.weight")
                .hasMessageContaining("--rename");

        WordModelImport read = WordModelImport.of(
                tensors,
                words,
                new WordModelImport.Settings(Map.of("lstm", "rnn", "embedding", "encoder"), null, null, 0));
        assertThat(read.network().architecture().tied()).isTrue();
        assertThat(read.network().architecture().cell()).isEqualTo(Cell.LSTM);
        assertThat(read.network().parameters().tensor("rnn.bias_ih_l0").data()).containsOnly(0);
        assertThat(read.notes()).anyMatch(note -> note.contains("tied")).anyMatch(note -> note.contains("zeros"));
    }

    /** {@code safetensors.torch.save_model} keeps one of two names of a tensor, and says which in the metadata. */
    @ParameterizedTest
    @ValueSource(strings = {"encoder.weight", "decoder.weight"})
    void shouldTakeATiedModelWhicheverOfItsTwoNamesWasKept(String kept) throws IOException {
        Network network = SampleNetworks.all()
                .filter(sample ->
                        sample.architecture().tied() && !sample.architecture().adaptive())
                .findFirst()
                .orElseThrow();
        String dropped = kept.equals("encoder.weight") ? "decoder.weight" : "encoder.weight";
        float[] shared = tensor(network, "encoder.weight").data();
        List<Tensor> tensors = new ArrayList<>();
        for (Tensor tensor : TorchLayout.expand(network)) {
            if (!tensor.name().equals("encoder.weight") && !tensor.name().equals("decoder.weight")) {
                tensors.add(new Tensor("module." + tensor.name(), tensor.shape(), tensor.data()));
            }
        }
        tensors.add(
                new Tensor("module." + kept, tensor(network, "encoder.weight").shape(), shared));
        Path words = Files.writeString(
                directory.resolve("words.json"),
                SnapshotJson.vocabulary(network.vocabulary().words()));
        for (Map<String, String> metadata :
                List.of(Map.of("format", "pt"), Map.of("module." + dropped, "module." + kept))) {
            Path file = directory.resolve("model.safetensors");
            Files.write(file, new Safetensors(metadata, tensors).toBytes());

            ImportedSnapshot read = ImportedSnapshot.read(file, words, WordModelImport.Settings.DEFAULT);

            assertThat(read.network().architecture().tied()).isTrue();
            assertThat(read.notes()).anyMatch(note -> note.contains("Every name begins with module."));
            SnapshotFolderTest.assertSameNumbers(read.network(), network);
        }
    }

    private static Tensor tensor(Network network, String name) {
        return TorchLayout.expand(network).stream()
                .filter(tensor -> tensor.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "504B0304140008080800000000000000000000000000|ZIP archive, as torch.save writes|save_file",
                "80028A0A6CFC9C46F920AA88502E80024DE903|a pickle, as old versions of torch.save write|save_file",
                "7B0A20202261726368697465637475726573223A205B|it is text that begins with '{'|name the file",
                "4747554603000000000000000000000000000000|llama.cpp|another architecture",
                "894844460D0A1A0A0000000000080800|HDF5|safetensors",
                "1F8B080000000000000300000000000000|compressed|unpack",
                "FFFFFFFFFFFFFFFF00000000|does not begin with the length of a header|100000000",
                "40000000000000007B22|cut short|64"
            })
    void shouldSayWhatAFileIsThatIsNotSafetensorsAndHowToConvertIt(String hex, String what, String cure)
            throws IOException {
        Path file = Files.write(directory.resolve("model.pt"), HexFormat.of().parseHex(hex));

        assertThatThrownBy(() -> ImportedSnapshot.read(file, null, WordModelImport.Settings.DEFAULT))
                .isInstanceOf(InvalidSnapshotException.class)
                .hasMessageContaining("model.pt")
                .hasMessageContaining(what)
                .hasMessageContaining(cure)
                .hasMessageNotContaining("8361347659684471913");
    }

    @Test
    void shouldSayWhatItCannotTake() {
        Network network = SampleNetworks.lstm();
        List<Tensor> tensors = TorchLayout.expand(network);
        List<String> words = network.vocabulary().words();
        refused(tensors, words.subList(0, 39), "40 rows and the vocabulary 39 words");
        List<String> without = new ArrayList<>(words);
        without.set(0, "unknown");
        refused(tensors, without, "--unknown WORD");
        refused(with(tensors, Tensor.zeros("rnn.weight_ih_l0_reverse", 24, 6)), words, "bidirectional");
        refused(with(tensors, Tensor.zeros("rnn.weight_hr_l0", 3, 6)), words, "proj_size");
        refused(with(tensors, Tensor.zeros("attention.weight", 3, 6)), words, "unknown tensors [attention.weight]");
        refused(
                replaced(tensors, Tensor.zeros("rnn.weight_hh_l0", 12, 6)),
                words,
                "an RNN has 1, a GRU 3 and an LSTM 4 times");
        refused(replaced(tensors, Tensor.zeros("rnn.weight_ih_l0", 24, 5)), words, "rnn.weight_ih_l0 is [24, 5]");
        refused(replaced(tensors, Tensor.zeros("decoder.weight", 40, 7)), words, "decoder.weight is [40, 7]");
        refused(replaced(tensors, Tensor.zeros("encoder.weight", 240)), words, "not a matrix");
    }

    @Test
    void shouldTakeAnExportedSnapshotBackAsItWasAndAFineTunedOneAsAnother() throws Exception {
        Network network = SampleNetworks.network(Architecture.recurrent(Cell.GRU, 6, 0.25, List.of(10, 25)), 40);
        Snapshot snapshot = SampleNetworks.snapshot(network);
        for (String name : List.of("folder", "one.safetensors")) {
            Path path = directory.resolve(name);
            SnapshotFolder.write(snapshot, path);
            ImportedSnapshot same = ImportedSnapshot.read(path, null, WordModelImport.Settings.DEFAULT);
            assertThat(same.unchanged()).isTrue();
            assertThat(same.origin()).contains(SnapshotDescription.of(snapshot));

            // As a Python program does that loads the tensors, trains, and saves them under the same name.
            Path file = name.equals("folder") ? path.resolve(SnapshotFolder.WEIGHTS) : path;
            Safetensors before = Safetensors.read(file);
            before.tensors().stream()
                    .filter(tensor -> tensor.name().equals("decoder.tail.1.1.weight"))
                    .forEach(tensor -> tensor.data()[0] += 1);
            Files.write(file, before.toBytes());
            ImportedSnapshot tuned = ImportedSnapshot.read(path, null, WordModelImport.Settings.DEFAULT);
            assertThat(tuned.unchanged()).isFalse();
            assertThat(tuned.network().architecture().tied()).isFalse();
            assertThat(tuned.network().architecture().dropout()).isEqualTo(0.25);
            assertThat(tuned.origin().orElseThrow().version()).isEqualTo(snapshot.version());
            assertThat(tuned.network().vocabulary().words())
                    .isEqualTo(network.vocabulary().words());
        }
    }

    @Test
    void shouldReadAVocabularyInEveryForm() throws Exception {
        Network network = SampleNetworks.lstm();
        List<String> words = new ArrayList<>(List.of("<unk>", "</s>", "[", "{", "it's"));
        while (words.size() < 40) {
            words.add("w" + words.size());
        }
        Path file = directory.resolve("tensors.safetensors");
        Files.write(file, new Safetensors(Map.of(), TorchLayout.expand(network)).toBytes());
        assertThatThrownBy(() -> ImportedSnapshot.read(file, null, WordModelImport.Settings.DEFAULT))
                .isInstanceOf(InvalidSnapshotException.class)
                .hasMessageContaining("--vocabulary");

        StringBuilder byWord = new StringBuilder();
        for (int i = words.size() - 1; i >= 0; i--) {
            byWord.append(i == words.size() - 1 ? "{" : ",")
                    .append('"')
                    .append(words.get(i))
                    .append("\":")
                    .append(i);
        }
        for (Path vocabulary : List.of(
                Files.writeString(directory.resolve("a.txt"), String.join("\n", words) + "\n"),
                Files.writeString(directory.resolve("b.txt"), String.join("\r\n", words)),
                Files.writeString(directory.resolve("c.json"), SnapshotJson.vocabulary(words)),
                Files.writeString(directory.resolve("d.json"), byWord + "}"))) {
            assertThat(ImportedSnapshot.read(file, vocabulary, WordModelImport.Settings.DEFAULT)
                            .network()
                            .vocabulary()
                            .words())
                    .as(vocabulary.toString())
                    .isEqualTo(words);
        }
        Path twice = Files.writeString(directory.resolve("e.json"), "{\"a\":0,\"b\":0}");
        assertThatThrownBy(() -> ImportedSnapshot.read(file, twice, WordModelImport.Settings.DEFAULT))
                .isInstanceOf(InvalidSnapshotException.class)
                .hasMessageContaining("e.json");
    }

    private static float[] next(Network network, String... context) {
        NetworkReader reader = network.reader();
        NetworkState state = reader.start();
        for (String word : context) {
            state = reader.advance(state, network.vocabulary().index(word));
        }
        float[] probabilities = new float[network.vocabulary().size()];
        reader.next(state, probabilities);
        return probabilities;
    }

    private static void refused(List<Tensor> tensors, List<String> words, String message) {
        assertThatThrownBy(() -> WordModelImport.of(tensors, words, WordModelImport.Settings.DEFAULT))
                .isInstanceOf(InvalidSnapshotException.class)
                .hasMessageContaining(message);
    }

    private static List<Tensor> with(List<Tensor> tensors, Tensor more) {
        List<Tensor> all = new ArrayList<>(tensors);
        all.add(more);
        return all;
    }

    private static List<Tensor> replaced(List<Tensor> tensors, Tensor by) {
        return tensors.stream()
                .map(tensor -> tensor.name().equals(by.name()) ? by : tensor)
                .toList();
    }

    private static Tensor permuted(Tensor tensor, int[] rows) {
        int columns = tensor.shape().length == 1 ? 1 : tensor.shape()[1];
        float[] data = tensor.data().clone();
        for (int row = 0; row < Math.min(rows.length, tensor.shape()[0]); row++) {
            System.arraycopy(tensor.data(), rows[row] * columns, data, row * columns, columns);
        }
        return new Tensor(tensor.name(), tensor.shape(), data);
    }

    private static void swap(int[] array, int a, int b) {
        int kept = array[a];
        array[a] = array[b];
        array[b] = kept;
    }
}
