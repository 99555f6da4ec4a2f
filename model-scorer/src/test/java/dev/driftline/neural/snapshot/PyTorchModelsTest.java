package dev.driftline.neural.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.driftline.neural.Architecture;
import dev.driftline.neural.Cell;
import dev.driftline.neural.Network;
import dev.driftline.neural.NetworkReader;
import dev.driftline.neural.NetworkState;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Models that PyTorch trained, as files in the test resources; the tests module trains new ones where PyTorch is. */
class PyTorchModelsTest {

    @TempDir
    Path directory;

    static Stream<Arguments> models() {
        return Stream.of(
                Arguments.of("lstm-tied", new Architecture(Cell.LSTM, 8, 8, 1, 0, 0, true, List.of(), 1)),
                Arguments.of("gru-two-layers", new Architecture(Cell.GRU, 6, 10, 2, 0, 0, false, List.of(), 1)),
                Arguments.of("rnn-adaptive", new Architecture(Cell.RNN, 5, 12, 1, 0, 0, false, List.of(8, 14), 2)),
                Arguments.of("lstm-adaptive", new Architecture(Cell.LSTM, 8, 16, 1, 0, 0, false, List.of(6), 4)),
                Arguments.of("window", new Architecture(Cell.WINDOW, 6, 9, 1, 3, 0, false, List.of(), 1)));
    }

    @ParameterizedTest
    @MethodSource("models")
    void shouldPredictWhatPyTorchPredictsAlsoOnceExportedAndReadAgain(String name, Architecture architecture)
            throws Exception {
        ImportedSnapshot imported = ImportedSnapshot.read(
                resource(name + ".safetensors"), resource(name + ".words.json"), WordModelImport.Settings.DEFAULT);

        assertThat(imported.network().architecture()).isEqualTo(architecture);
        assertThat(imported.origin()).isEmpty();
        JsonNode expected =
                new ObjectMapper().readTree(resource(name + ".expected.json").toFile());
        assertPredicts(imported.network(), expected);

        Snapshot snapshot = new Snapshot(
                new SnapshotManifest(
                        SnapshotVersion.first(imported.network()),
                        null,
                        Instant.EPOCH,
                        imported.network().model(),
                        "words",
                        Map.of(),
                        Map.of(),
                        Map.of()),
                imported.network());
        SnapshotFolder.write(snapshot, directory.resolve(name));
        assertPredicts(SnapshotFolder.read(directory.resolve(name)).network(), expected);
        assertPredicts(SnapshotBytes.decode(SnapshotBytes.encode(snapshot)).network(), expected);
    }

    private static void assertPredicts(Network network, JsonNode expected) {
        NetworkReader reader = network.reader();
        NetworkState state = reader.start();
        float[] probabilities = new float[network.vocabulary().size()];
        JsonNode rows = expected.get("log_probabilities");
        for (int position = 0; position < rows.size(); position++) {
            reader.next(state, probabilities);
            for (int column = 0; column < rows.get(position).size(); column++) {
                int index = index(network, expected.get("words").get(column).asText());
                assertThat(Math.log(probabilities[index]))
                        .as("word %d at %d", column, position)
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

    private static Path resource(String name) throws URISyntaxException {
        return Path.of(PyTorchModelsTest.class
                .getResource("/pytorch-word-models/" + name)
                .toURI());
    }
}
