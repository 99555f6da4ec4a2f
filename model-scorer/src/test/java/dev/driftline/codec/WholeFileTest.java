package dev.driftline.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WholeFileTest {

    @TempDir
    Path folder;

    @Test
    void shouldReplaceWhatIsThere() throws IOException {
        Path file = folder.resolve("a").resolve("file");
        write(file, "first, and longer");

        write(file, "second");

        assertThat(file).hasContent("second");
        assertThat(names(file.getParent())).containsExactly("file");
    }

    @Test
    void shouldLeaveWhatIsThereWhenTheWritingFails() throws IOException {
        Path file = folder.resolve("file");
        write(file, "first");

        assertThatThrownBy(() -> WholeFile.write(file, channel -> {
                    channel.write(ByteBuffer.allocate(3));
                    throw new IOException("no space left");
                }))
                .hasMessage("no space left");

        assertThat(file).hasContent("first");
        assertThat(names(folder)).containsExactly("file");
    }

    @Test
    void shouldLetTheSamePeopleReadItAsAnyOtherFile() throws IOException {
        Path other = Files.writeString(folder.resolve("other"), "");
        Path file = folder.resolve("file");

        write(file, "text");

        assertThat(Files.getPosixFilePermissions(file)).isEqualTo(Files.getPosixFilePermissions(other));
    }

    @Test
    void shouldWriteBehindALinkToAFolder() throws IOException {
        Path link = Files.createSymbolicLink(folder.resolve("link"), Files.createDirectory(folder.resolve("real")));

        write(link.resolve("file"), "text");

        assertThat(folder.resolve("real").resolve("file")).hasContent("text");
    }

    private static void write(Path file, String text) throws IOException {
        WholeFile.write(file, channel -> channel.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8))));
    }

    private static Stream<String> names(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).toList().stream();
        }
    }
}
