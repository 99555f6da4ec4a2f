package dev.driftline.backoff;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.driftline.arpa.ArpaReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BackoffFileTest {

    private final RandomModel random = new RandomModel(4, 4, 40, 30, true);

    @TempDir
    private Path folder;

    private Path file;
    private BackoffModel model;

    @BeforeEach
    void write() throws IOException {
        model = random.model();
        file = folder.resolve("model");
        BackoffFile.write(model, file);
    }

    @Test
    void shouldBeTheSameModelAfterwards() throws IOException {
        BackoffModel read = ArpaReader.read(file);

        assertThat(BackoffFile.is(file)).isTrue();
        assertThat(read.fingerprint()).isEqualTo(model.fingerprint());
        assertThat(read.wordsFingerprint()).isEqualTo(model.wordsFingerprint());
        assertThat(read.ngrams(1)).isEqualTo(model.ngrams(1));
        assertThat(read.hasUnknown()).isTrue();
        for (int i = 0; i < 200; i++) {
            int[] context = context(random.context(4));
            for (int word = 0; word < model.words(); word++) {
                assertThat(read.log10(context, context.length, word))
                        .isEqualTo(model.log10(context, context.length, word));
            }
            assertThat(read.next(context, context.length, 7).words())
                    .isEqualTo(model.next(context, context.length, 7).words());
        }
        for (String word : random.words) {
            assertThat(read.word(read.index(word))).isEqualTo(word);
        }
    }

    private int[] context(String text) {
        return text.isEmpty()
                ? new int[0]
                : Arrays.stream(text.split(" ")).mapToInt(model::index).toArray();
    }

    @ParameterizedTest
    @CsvSource({"1,2", "2,2", "1,7"})
    void shouldHoldModelsOfEveryShape(int order, int vocabulary) throws IOException {
        BackoffModel small = new RandomModel(order, order, vocabulary, 1, false).model();
        BackoffFile.write(small, file);

        assertThat(ArpaReader.read(file).fingerprint()).isEqualTo(small.fingerprint());
    }

    @Test
    void shouldHaveAnotherFingerprintWhereANumberDiffers() {
        BackoffModel one =
                BackoffModel.builder(2).add(-1, -0.5, "a").add(-1, 0, "a", "a").build();
        BackoffModel other =
                BackoffModel.builder(2).add(-1, -0.4, "a").add(-1, 0, "a", "a").build();
        BackoffModel third =
                BackoffModel.builder(2).add(-1, -0.5, "b").add(-1, 0, "b", "b").build();

        assertThat(one.fingerprint()).isNotEqualTo(other.fingerprint()).isNotEqualTo(third.fingerprint());
        assertThat(one.wordsFingerprint()).isEqualTo(other.wordsFingerprint()).isNotEqualTo(third.wordsFingerprint());
    }

    @Test
    void shouldLeaveNothingBesideTheFileAndReplaceItWhole() throws IOException {
        BackoffFile.write(model, file);

        try (var there = Files.list(folder)) {
            assertThat(there).containsExactly(file);
        }
        Path blocked = Files.createDirectories(folder.resolve("taken/by"));
        assertThatThrownBy(() -> BackoffFile.write(model, blocked.getParent())).isInstanceOf(IOException.class);
        try (var there = Files.list(folder)) {
            assertThat(there).containsExactlyInAnyOrder(file, blocked.getParent());
        }
    }

    @Test
    void shouldRefuseEveryByteThatIsOther() throws IOException {
        byte[] sound = Files.readAllBytes(file);
        SplittableRandom positions = new SplittableRandom(3);
        for (int i = 0; i < 300; i++) {
            byte[] bytes = sound.clone();
            int at = i < 64 ? 8 + i : 8 + positions.nextInt(bytes.length - 8);
            bytes[at] ^= (byte) (1 << positions.nextInt(8));
            Files.write(file, bytes);
            assertThatThrownBy(() -> BackoffFile.read(file))
                    .as("byte " + at)
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("driftline import arpa");
        }
    }

    @Test
    void shouldRefuseOneThatIsCutShortOrLonger() throws IOException {
        byte[] sound = Files.readAllBytes(file);
        for (int length : new int[] {9, 31, 32, 60, sound.length / 2, sound.length - 1, sound.length + 1}) {
            Files.write(file, Arrays.copyOf(sound, length));
            assertThatThrownBy(() -> BackoffFile.read(file))
                    .as(length + " bytes")
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("driftline import arpa");
        }
    }

    @Test
    void shouldRefuseAnotherVersionWithTheCure() throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        bytes[8] = 2;
        Files.write(file, bytes);

        assertThatThrownBy(() -> ArpaReader.read(file))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("has version 2 of the format, and this Driftline reads 1: make it again, as in"
                        + " driftline import arpa FILE.arpa --output MODEL");
    }

    /** Whoever makes a file with a true checksum and wrong indexes must not bring a thread to an endless walk. */
    @Test
    void shouldRefuseIndexesThatLeadOutOfTheModel() throws IOException {
        byte[] sound = Files.readAllBytes(file);
        SplittableRandom positions = new SplittableRandom(5);
        for (int i = 0; i < 200; i++) {
            byte[] bytes = sound.clone();
            int at = 56 + positions.nextInt(bytes.length - 60);
            bytes[at] = (byte) positions.nextInt(256);
            CRC32C checksum = new CRC32C();
            checksum.update(bytes, 0, bytes.length - 4);
            for (int b = 0; b < 4; b++) {
                bytes[bytes.length - 4 + b] = (byte) (checksum.getValue() >>> 8 * b);
            }
            Files.write(file, bytes);
            try {
                BackoffModel read = BackoffFile.read(file);
                for (int word = 0; word < read.words(); word++) {
                    assertThat(read.log10(read.advance(read.start(), word), word))
                            .isFinite();
                }
                read.next(read.start(), 5);
            } catch (IOException e) {
                assertThat(e.getMessage()).contains("is damaged");
            }
        }
    }
}
