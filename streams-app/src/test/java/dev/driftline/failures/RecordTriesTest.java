package dev.driftline.failures;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecordTriesTest {

    private static final RecordPlace PLACE = new RecordPlace("gather", "documents", 3, 1L << 40, -7);

    @TempDir
    private Path folder;

    private static IllegalStateException defect(String message) {
        return new IllegalStateException(message);
    }

    @Test
    void shouldPassARecordOverAfterThreeTriesThroughRestarts() {
        for (int i = 0; i < RecordTries.MOST; i++) {
            RecordTries tries = new RecordTries(folder);
            assertThat(tries.spent(PLACE)).isEmpty();
            tries.failed(PLACE, defect("tab\tand\nline"));
        }

        RecordTries tries = new RecordTries(folder);
        assertThat(tries.isEmpty()).isFalse();
        assertThat(tries.spent(PLACE).orElseThrow()).contains("3 times").contains("tab and line");
    }

    @Test
    void shouldTryAnotherRecordInThePlaceOfOneThatFailed() {
        RecordTries tries = new RecordTries(folder);
        for (int i = 0; i < RecordTries.MOST; i++) {
            tries.failed(PLACE, defect("no"));
        }

        assertThat(tries.spent(new RecordPlace("gather", "documents", 3, 1L << 40, 8)))
                .isEmpty();
    }

    @Test
    void shouldKeepTheDocumentsOfARecordApartThroughRestarts() {
        for (int i = 0; i < RecordTries.MOST; i++) {
            RecordTries tries = new RecordTries(folder);
            tries.failed(PLACE.of(17), defect("no " + i));
            tries.failed(PLACE.of(i), new UnsupportedOperationException("perhaps " + i));
        }

        RecordTries tries = new RecordTries(folder);
        assertThat(tries.spent(PLACE.of(17)).orElseThrow()).contains("no 2");
        for (int document = 0; document < 17; document++) {
            assertThat(tries.spent(PLACE.of(document))).isEmpty();
        }
    }

    @Test
    void shouldTryARecordOnceWhoseFailureIsKnownToBeNoAccident() {
        RecordTries tries = new RecordTries();
        IllegalStateException failure = defect("no");
        for (int i = 0; i < RecordTries.MOST; i++) {
            tries.failed(PLACE, failure);
        }
        RecordPlace next = new RecordPlace("gather", "documents", 3, 5, 8);
        tries.failed(next, failure);

        assertThat(tries.spent(next)).isPresent();
    }

    @Test
    void shouldRememberABoundedNumberOfRecords() throws IOException {
        RecordTries tries = new RecordTries(folder);
        for (int i = 0; i < RecordTries.REMEMBERED + 50; i++) {
            tries.failed(new RecordPlace("gather", "documents", 0, i, 0), defect("no"));
        }

        assertThat(Files.readAllLines(folder.resolve("record-tries.tsv"))).hasSize(RecordTries.REMEMBERED);
    }

    @Test
    void shouldTryRecordsAnewWhereTheFileIsNotReadable() throws IOException {
        Files.writeString(folder.resolve("record-tries.tsv"), "half a li");

        assertThat(new RecordTries(folder).isEmpty()).isTrue();
    }
}
