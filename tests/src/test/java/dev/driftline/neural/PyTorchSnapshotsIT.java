package dev.driftline.neural;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.driftline.neural.snapshot.ImportedSnapshot;
import dev.driftline.neural.snapshot.Snapshot;
import dev.driftline.neural.snapshot.SnapshotFolder;
import dev.driftline.neural.snapshot.SnapshotManifest;
import dev.driftline.neural.snapshot.SnapshotVersion;
import dev.driftline.neural.snapshot.WordModelImport;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Models trained in PyTorch come in, predict the same, go back, and are trained on there. */
class PyTorchSnapshotsIT {

    private static final List<String> MODELS =
            List.of("lstm-tied", "gru-two-layers", "rnn-adaptive", "lstm-adaptive", "window");

    @TempDir
    static Path directory;

    @BeforeAll
    static void trainInPyTorch() throws Exception {
        PyTorch.assumeInstalled();
        PyTorch.wordModels("make", directory.toString());
    }

    @Test
    void shouldPredictTheSameOnBothSidesOfAnImportAndAnExport() throws Exception {
        List<String> pairs = new ArrayList<>(List.of("check"));
        for (String name : MODELS) {
            Path expected = directory.resolve(name + ".expected.json");
            Network network = ImportedSnapshot.read(
                            directory.resolve(name + ".safetensors"),
                            directory.resolve(name + ".words.json"),
                            WordModelImport.Settings.DEFAULT)
                    .network();
            assertPredicts(name, network, expected);

            Path folder = directory.resolve(name + "-exported");
            SnapshotFolder.write(snapshot(network), folder);
            Path file = directory.resolve(name + "-exported.safetensors");
            SnapshotFolder.write(snapshot(network), file);
            pairs.addAll(List.of(expected.toString(), folder.toString(), expected.toString(), file.toString()));
        }
        PyTorch.wordModels(pairs.toArray(String[]::new));
    }

    @Test
    void shouldTakeBackAnAdaptiveNetworkWithTiedWeightsThatWasTrainedOnInPyTorch() throws Exception {
        List<String> words = List.of(
                "<unk>", "</s>", "the", "a", "cat", "dog", "bird", "saw", "sang", "ran", "to", "and", "did", "hear",
                "no", "it", "that");
        Architecture architecture = Architecture.recurrent(Cell.LSTM, 8, 0.1, List.of(5, 11));
        Network network = Network.random(architecture, new NeuralVocabulary(words), 5);
        Path folder = directory.resolve("tied-adaptive");
        SnapshotFolder.write(snapshot(network), folder);

        PyTorch.wordModels("finetune", folder.toString());

        ImportedSnapshot back = ImportedSnapshot.read(folder, null, WordModelImport.Settings.DEFAULT);
        assertThat(back.unchanged()).isFalse();
        assertThat(back.origin().orElseThrow().version())
                .isEqualTo(snapshot(network).version());
        assertPredicts("tied-adaptive", back.network(), directory.resolve("tied-adaptive.expected.json"));
    }

    @Test
    void shouldPrintTheNextWordsWithTheProgramThatTheReadmeNames() throws Exception {
        Path folder = directory.resolve("printed");
        Network network = Network.random(
                Architecture.recurrent(Cell.GRU, 8, 0, List.of()),
                new NeuralVocabulary(List.of("<unk>", "</s>", "a")),
                1);
        SnapshotFolder.write(snapshot(network), folder);
        String printed = PyTorch.loadSnapshot(folder.toString(), "a", "b");
        assertThat(printed.lines().findFirst()).contains(snapshot(network).version() + " gru");
        assertThat(printed.lines()).hasSize(4);
    }

    private static Snapshot snapshot(Network network) {
        return new Snapshot(
                new SnapshotManifest(
                        SnapshotVersion.first(network),
                        null,
                        Instant.EPOCH,
                        network.model(),
                        "words",
                        Map.of(),
                        Map.of(),
                        Map.of()),
                network);
    }

    private static void assertPredicts(String name, Network network, Path file) throws IOException {
        JsonNode expected = new ObjectMapper().readTree(file.toFile());
        NetworkReader reader = network.reader();
        NetworkState state = reader.start();
        float[] probabilities = new float[network.vocabulary().size()];
        JsonNode rows = expected.get("log_probabilities");
        for (int position = 0; position < rows.size(); position++) {
            reader.next(state, probabilities);
            for (int column = 0; column < rows.get(position).size(); column++) {
                int index = index(network, expected.get("words").get(column).asText());
                assertThat(Math.log(probabilities[index]))
                        .as("%s: word %d at %d", name, column, position)
                        .isCloseTo(rows.get(position).get(column).asDouble(), within(1e-4));
            }
            if (position + 1 < rows.size()) {
                state = reader.advance(
                        state, index(network, expected.get("text").get(position).asText()));
            }
        }
    }

    private static int index(Network network, String word) {
        return network.vocabulary().index(word.equals("<eos>") ? "</s>" : word);
    }
}
