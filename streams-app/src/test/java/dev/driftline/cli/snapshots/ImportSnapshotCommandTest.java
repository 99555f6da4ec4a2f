package dev.driftline.cli.snapshots;

import static org.assertj.core.api.Assertions.assertThat;

import dev.driftline.cli.Driftline;
import dev.driftline.neural.Tensor;
import dev.driftline.neural.snapshot.Safetensors;
import dev.driftline.terminal.ExitCodes;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code snapshots import} refuses before it connects to anything. */
class ImportSnapshotCommandTest {

    @TempDir
    Path folder;

    private final StringWriter err = new StringWriter();
    private Path words;

    @BeforeEach
    void write() throws IOException {
        words = Files.writeString(folder.resolve("words.txt"), "<unk>\n<eos>\nthe\n");
    }

    private int run(String... more) {
        List<String> line = new ArrayList<>(List.of("snapshots", "import", "--bootstrap-servers", "127.0.0.1:1"));
        line.addAll(List.of("--set", "consumer.default.api.timeout.ms=300"));
        line.addAll(List.of(more));
        return Driftline.execute(
                new PrintWriter(new StringWriter()), new PrintWriter(err, true), line.toArray(String[]::new));
    }

    private Path rnn(int gates) throws IOException {
        Path file = folder.resolve("model.safetensors");
        List<Tensor> tensors = List.of(
                Tensor.zeros("encoder.weight", 3, 4),
                Tensor.zeros("rnn.weight_ih_l0", 4 * gates, 4),
                Tensor.zeros("rnn.weight_hh_l0", 4 * gates, 4));
        Files.write(file, new Safetensors(Map.of(), tensors).toBytes());
        return file;
    }

    @Test
    void shouldAskForTheNonlinearityOfAVanillaRnnRatherThanTakeReluForTanh() throws IOException {
        String file = rnn(1).toString();

        assertThat(run(file, "--vocabulary", words.toString())).isEqualTo(ExitCodes.USAGE);
        assertThat(err.toString()).contains("--nonlinearity tanh", "RNN_RELU");
        assertThat(run(file, "--vocabulary", words.toString(), "--nonlinearity", "relu"))
                .isEqualTo(ExitCodes.USAGE);
        assertThat(run(file, "--vocabulary", words.toString(), "--nonlinearity", "tanh"))
                .as("it is taken, and Kafka is not there")
                .isEqualTo(ExitCodes.FAILED);
        assertThat(run(rnn(4).toString(), "--vocabulary", words.toString(), "--nonlinearity", "tanh"))
                .isEqualTo(ExitCodes.USAGE);
        assertThat(err.toString()).contains("only on a vanilla RNN");
    }

    @Test
    void shouldSayThatAFileOfTorchIsOneAndHowToConvertIt() throws IOException {
        Path file = Files.write(folder.resolve("model.pt"), new byte[] {'P', 'K', 3, 4, 0, 0, 8, 8, 0, 0});

        assertThat(run(file.toString())).isEqualTo(ExitCodes.FAILED);
        assertThat(err.toString()).contains("model.pt: not a safetensors file: it is a ZIP archive", "save_file");
    }
}
