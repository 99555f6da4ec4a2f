package dev.driftline.scoring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class DocumentTokensTest {

    private final DocumentTokens document =
            DocumentTokens.of(List.of(List.of("a", "b", "ü", "a"), List.of(), List.of("b")));

    @Test
    void shouldNumberWordsInTheOrderOfTheirFirstAppearance() {
        assertThat(document.words()).containsExactly("<s>", "</s>", "a", "b", "ü");
        assertThat(document.tokens()).containsExactly(2, 3, 4, 2, 1, 1, 3, 1);
        assertThat(document.sentenceCount()).isEqualTo(3);
    }

    @Test
    void shouldReadWhatItWrote() {
        DocumentTokens read = DocumentTokens.decode(document.encode());

        assertThat(read.words()).isEqualTo(document.words());
        assertThat(read.tokens()).isEqualTo(document.tokens());
    }

    @Test
    void shouldRefuseBytesThatEndEarlyOrAnnounceMoreThanTheyHold() {
        byte[] bytes = document.encode();
        for (int length = 0; length < bytes.length; length++) {
            byte[] truncated = Arrays.copyOf(bytes, length);
            assertThatThrownBy(() -> DocumentTokens.decode(truncated)).isInstanceOf(IllegalArgumentException.class);
        }
        for (byte[] announcing : List.of(
                new byte[] {1, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF, 7, 0},
                new byte[] {1, 0, 0},
                new byte[] {1, 2, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF, 7})) {
            assertThatThrownBy(() -> DocumentTokens.decode(announcing)).isInstanceOf(IllegalArgumentException.class);
        }
        assertThatThrownBy(() -> DocumentTokens.decode(new byte[] {9, 2, 0})).hasMessageContaining("format version 9");
    }
}
