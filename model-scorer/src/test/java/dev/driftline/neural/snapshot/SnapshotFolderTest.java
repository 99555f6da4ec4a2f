package dev.driftline.neural.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.driftline.neural.Architecture;
import dev.driftline.neural.Network;
import dev.driftline.neural.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SnapshotFolderTest {

    @TempDir
    Path directory;

    static Stream<Network> networks() {
        return SampleNetworks.all();
    }

    @ParameterizedTest
    @MethodSource("networks")
    void shouldGiveBackTheSameSnapshotFromBytesFromAFolderAndFromAFile(Network network) throws Exception {
        Snapshot snapshot = SampleNetworks.snapshot(network);
        SnapshotFolder.write(snapshot, directory.resolve("a/folder"));
        SnapshotFolder.write(snapshot, directory.resolve("one.safetensors"));

        assertSame(SnapshotBytes.decode(SnapshotBytes.encode(snapshot)), snapshot);
        assertSame(SnapshotFolder.read(directory.resolve("a/folder")), snapshot);
        assertSame(SnapshotFolder.read(directory.resolve("one.safetensors")), snapshot);
        assertThat(SnapshotFolder.describe(directory.resolve("a/folder")))
                .isEqualTo(SnapshotFolder.describe(directory.resolve("one.safetensors")))
                .isEqualTo(SnapshotDescription.of(snapshot));
        // Nothing half-written stays behind.
        assertThat(list(directory)).containsExactly("a", "one.safetensors");
        assertThat(list(directory.resolve("a"))).containsExactly("folder");
    }

    @ParameterizedTest
    @MethodSource("networks")
    void shouldWriteEveryTensorThatPyTorchsModulesHave(Network network) {
        Architecture architecture = network.architecture();
        List<String> names =
                TorchLayout.expand(network).stream().map(Tensor::name).toList();
        boolean bands = architecture.adaptive() && network.bands().count() > 0;
        assertThat(names).contains("encoder.weight").doesNotHaveDuplicates();
        assertThat(names.stream().filter(name -> name.startsWith("decoder.")))
                .containsExactlyElementsOf(
                        bands
                                ? List.of(
                                        "decoder.head.weight",
                                        "decoder.tail.0.0.weight",
                                        "decoder.tail.0.1.weight",
                                        "decoder.tail.1.0.weight",
                                        "decoder.tail.1.1.weight")
                                : List.of("decoder.weight", "decoder.bias"));
    }

    @Test
    void shouldMakeTheSameBytesOfTheSameSnapshot() {
        assertThat(SnapshotBytes.encode(SampleNetworks.snapshot(SampleNetworks.lstm())))
                .isEqualTo(SnapshotBytes.encode(SampleNetworks.snapshot(SampleNetworks.lstm())));
    }

    @Test
    void shouldNameVersionsByNumberAndWeights() {
        Network network = SampleNetworks.lstm();
        String first = SnapshotVersion.first(network);
        assertThat(first).matches("000001-[0-9a-f]{6}");
        assertThat(SnapshotVersion.next(null, network)).isEqualTo(first);
        assertThat(SnapshotVersion.next("000999-abcdef", network)).isEqualTo("001000" + first.substring(6));
        assertThat(SnapshotVersion.next("by-hand", network)).isEqualTo(first);
        network.parameters().tensor("decoder.bias").data()[3] += 1e-7f;
        assertThat(SnapshotVersion.first(network)).isNotEqualTo(first);
        for (String bad : List.of("", "../x", "a/b", ".hidden", "x".repeat(65), "a b")) {
            assertThatThrownBy(() -> SnapshotVersion.check(bad)).isInstanceOf(InvalidSnapshotException.class);
        }
    }

    @Test
    void shouldReplaceASnapshotButNothingElse() throws Exception {
        Path folder = directory.resolve("folder");
        SnapshotFolder.write(SampleNetworks.snapshot(SampleNetworks.lstm()), folder);
        Network other = SampleNetworks.all().findFirst().orElseThrow();
        SnapshotFolder.write(SampleNetworks.snapshot(other), folder);
        assertThat(SnapshotFolder.read(folder).network().model()).isEqualTo("rnn");
        assertThat(list(directory)).containsExactly("folder");

        Files.writeString(folder.resolve("thesis.txt"), "mine");
        assertThatThrownBy(() -> SnapshotFolder.write(SampleNetworks.snapshot(other), folder))
                .isInstanceOf(FileAlreadyExistsException.class)
                .hasMessageContaining("thesis.txt");
        assertThat(folder.resolve("thesis.txt")).exists();
    }

    @Test
    void shouldSayWhichFileIsNotWhatWasWritten() throws Exception {
        Path folder = directory.resolve("folder");
        Snapshot snapshot = SampleNetworks.snapshot(SampleNetworks.lstm());

        SnapshotFolder.write(snapshot, folder);
        flip(folder.resolve("model.safetensors"), Files.size(folder.resolve("model.safetensors")) - 7);
        assertThatThrownBy(() -> SnapshotFolder.read(folder))
                .isInstanceOf(InvalidSnapshotException.class)
                .hasMessageContaining("model.safetensors")
                .hasMessageContaining("SHA-256");

        SnapshotFolder.write(snapshot, folder);
        truncate(folder.resolve("model.safetensors"), 5);
        assertThatThrownBy(() -> SnapshotFolder.read(folder))
                .isInstanceOf(InvalidSnapshotException.class)
                .hasMessageContaining("manifest.json says");

        SnapshotFolder.write(snapshot, folder);
        Files.delete(folder.resolve("vocabulary.json"));
        assertThatThrownBy(() -> SnapshotFolder.read(folder)).isInstanceOf(NoSuchFileException.class);

        SnapshotFolder.write(snapshot, folder);
        Files.writeString(
                folder.resolve("manifest.json"),
                Files.readString(folder.resolve("manifest.json")).replace("\"format\" : 1", "\"format\" : 2"));
        assertThatThrownBy(() -> SnapshotFolder.read(folder))
                .isInstanceOf(InvalidSnapshotException.class)
                .hasMessageContaining("format 2");

        Files.delete(folder.resolve("manifest.json"));
        assertThatThrownBy(() -> SnapshotFolder.read(folder))
                .isInstanceOf(InvalidSnapshotException.class)
                .hasMessageContaining("does not contain manifest.json");
    }

    @Test
    void shouldRefuseAFileWithAChangedNumberOrOneThatIsNone() throws Exception {
        Path file = directory.resolve("one.safetensors");
        Snapshot snapshot = SampleNetworks.snapshot(SampleNetworks.lstm());
        SnapshotFolder.write(snapshot, file);
        flip(file, Files.size(file) - 7);
        assertThatThrownBy(() -> SnapshotFolder.read(file))
                .isInstanceOf(InvalidSnapshotException.class)
                .hasMessageContaining("one.safetensors");

        snapshot.network().parameters().tensor("rnn.weight_hh_l0").data()[5] = Float.NaN;
        assertThatThrownBy(() -> SnapshotBytes.decode(SnapshotBytes.encode(snapshot)))
                .isInstanceOf(InvalidSnapshotException.class)
                .hasMessageContaining("rnn.weight_hh_l0 has NaN at 5");
    }

    @Test
    void shouldRefuseTensorsThatDoNotFitTheManifest() {
        Snapshot snapshot = SampleNetworks.snapshot(SampleNetworks.lstm());
        Safetensors file = Safetensors.read(SnapshotBytes.encode(snapshot));
        List<Tensor> fewer = file.tensors().subList(0, file.tensors().size() - 1);
        assertThatThrownBy(() -> SnapshotBytes.assemble(
                        SnapshotDescription.of(snapshot),
                        snapshot.network().vocabulary().words(),
                        fewer))
                .isInstanceOf(InvalidSnapshotException.class)
                .hasMessageContaining("decoder.bias");
        assertThatThrownBy(() -> SnapshotBytes.assemble(
                        SnapshotDescription.of(snapshot), List.of("<unk>", "</s>"), file.tensors()))
                .isInstanceOf(InvalidSnapshotException.class)
                .hasMessageContaining("the vocabulary has 2 words, the manifest says 40");
        assertThatThrownBy(() -> SnapshotBytes.decode(new Safetensors(Map.of(), fewer).toBytes()))
                .isInstanceOf(InvalidSnapshotException.class)
                .hasMessageContaining("--vocabulary");
    }

    static void assertSame(Snapshot read, Snapshot written) {
        assertThat(read.manifest()).isEqualTo(written.manifest());
        assertThat(read.network().architecture()).isEqualTo(written.network().architecture());
        assertThat(read.network().vocabulary().words())
                .isEqualTo(written.network().vocabulary().words());
        assertSameNumbers(read.network(), written.network());
    }

    static void assertSameNumbers(Network read, Network written) {
        List<Tensor> numbers = read.parameters().tensors();
        List<Tensor> expected = written.parameters().tensors();
        assertThat(numbers)
                .extracting(Tensor::name)
                .containsExactlyElementsOf(expected.stream().map(Tensor::name).toList());
        for (int i = 0; i < numbers.size(); i++) {
            assertThat(numbers.get(i).shape()).containsExactly(expected.get(i).shape());
            assertThat(numbers.get(i).data())
                    .as(numbers.get(i).name())
                    .containsExactly(expected.get(i).data());
        }
    }

    private static List<String> list(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    private static void flip(Path file, long at) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            ByteBuffer one = ByteBuffer.allocate(1);
            channel.read(one, at);
            one.put(0, (byte) (one.get(0) ^ 1)).flip();
            channel.write(one, at);
        }
    }

    private static void truncate(Path file, long bytes) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.truncate(channel.size() - bytes);
        }
    }
}
