package dev.driftline.network.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.driftline.codec.Varints;
import dev.driftline.config.DriftlineConfig;
import dev.driftline.config.InvalidConfigException;
import dev.driftline.neural.online.OpenRetractions;
import dev.driftline.neural.online.PairedComparison;
import dev.driftline.neural.online.ParentWatch;
import dev.driftline.neural.snapshot.SeenText;
import dev.driftline.pages.HeapPageStore;
import dev.driftline.scoring.DocumentTokens;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainerStateTest {

    private static final TrainerSettings SETTINGS =
            TrainerSettings.of(DriftlineConfig.defaults()).orElseThrow();

    private static final ParentWatch WATCH = new ParentWatch(
            "000004-abcdef", "000003-fedcba", new PairedComparison(7, 901.5, 6.25, 8000.5, 7900, 1e6, 1e5, 2e4), 18);

    private final HeapPageStore store = new HeapPageStore();

    @Test
    void shouldStandWhereItStoodWhenItIsReadFromItsStore() {
        TrainerState state = new TrainerState(store, SETTINGS.online());
        assertThat(state.active()).isEmpty();
        state.buffer().add(17, DocumentTokens.of(List.of(List.of("a", "b"))));
        state.round(4, 3, WATCH);
        state.activate(Optional.of("000004-abcdef"));
        state.writeBack();

        TrainerState moved = new TrainerState(store, SETTINGS.online());

        assertThat(moved.number()).isEqualTo(4);
        assertThat(moved.tokensAtRound()).isEqualTo(3);
        assertThat(moved.active()).contains("000004-abcdef");
        assertThat(moved.watch()).isEqualTo(WATCH);
        assertThat(moved.buffer().end()).isEqualTo(18);
        assertThat(moved.buffer().tokensSeen()).isEqualTo(3);
    }

    @Test
    void shouldCompareFromTheBeginningWhenAnEarlierVersionKeptSumsThatAreNotFinite() {
        TrainerState state = new TrainerState(store, SETTINGS.online());
        state.round(
                4, 3, new ParentWatch("b", "a", new PairedComparison(7, 1, Double.NaN, 1, 1, 1, 1, Double.NaN), 18));
        state.writeBack();

        ParentWatch read = new TrainerState(store, SETTINGS.online()).watch();

        assertThat(read).isEqualTo(new ParentWatch("b", "a", PairedComparison.NONE, 18));
    }

    @Test
    void shouldGoBackToItsStoreWhenItForgets() {
        TrainerState state = new TrainerState(store, SETTINGS.online());
        state.round(4, 0, WATCH);
        state.writeBack();
        state.round(5, 0, ParentWatch.NONE);
        state.forget();

        assertThat(state.number()).isEqualTo(4);
        assertThat(state.watch()).isEqualTo(WATCH);
    }

    @Test
    void shouldReadWhatAVersionFromBeforeTheWatchHasWritten() {
        Varints.Writer out = new Varints.Writer(64);
        out.writeByte(1);
        out.writeLong(4);
        out.writeLong(3);
        out.writeBytes("000004-abcdef".getBytes(StandardCharsets.UTF_8));
        store.put(new byte[] {'t'}, out.toByteArray());

        TrainerState state = new TrainerState(store, SETTINGS.online());

        assertThat(state.number()).isEqualTo(4);
        assertThat(state.active()).contains("000004-abcdef");
        assertThat(state.watch()).isEqualTo(ParentWatch.NONE);
    }

    @Test
    void shouldReadARecordAsItWasWritten() {
        DocumentTokens tokens = DocumentTokens.of(List.of(List.of("größer", "als"), List.of("als")));
        TrainingRecord.Text record = new TrainingRecord.Text(
                "news", "é-1", Optional.of(new SeenText.Place(TrainingRecord.TEXT, 3, 1L << 40)), tokens);

        TrainingRecord.Text read = (TrainingRecord.Text) TrainingRecord.decode(record.encode());

        assertThat(read.source()).isEqualTo("news");
        assertThat(read.id()).isEqualTo("é-1");
        assertThat(read.place()).isEqualTo(record.place());
        assertThat(read.document().words()).containsExactly(tokens.words());
        assertThat(read.document().tokens()).containsExactly(tokens.tokens());
        assertThatThrownBy(() -> TrainingRecord.decode(new byte[] {9}))
                .hasMessage("training record of format version 9, this code reads up to 2: upgrade Driftline");
    }

    @Test
    void shouldReadARetractionAsItWasWrittenWhetherItKnowsTheOffsetOrNot() {
        DocumentTokens tokens = DocumentTokens.of(List.of(List.of("a")));
        for (OptionalLong offset : List.of(OptionalLong.empty(), OptionalLong.of(0), OptionalLong.of(17))) {
            TrainingRecord.Retraction record =
                    new TrainingRecord.Retraction("d1", TrainingRecord.DOCUMENTS, 2, offset, tokens);

            TrainingRecord.Retraction read = (TrainingRecord.Retraction) TrainingRecord.decode(record.encode());

            assertThat(read.id()).isEqualTo("d1");
            assertThat(read.input()).isEqualTo("documents");
            assertThat(read.partition()).isEqualTo(2);
            assertThat(read.offset()).isEqualTo(offset);
            assertThat(read.document().tokens()).containsExactly(tokens.tokens());
        }
    }

    @Test
    void shouldReadADocumentThatAnEarlierVersionHasSent() {
        DocumentTokens tokens = DocumentTokens.of(List.of(List.of("a", "b")));
        Varints.Writer out = new Varints.Writer(64);
        out.writeByte(1);
        out.writeBytes("news".getBytes(StandardCharsets.UTF_8));
        out.writeBytes(tokens.encode());

        TrainingRecord.Text read = (TrainingRecord.Text) TrainingRecord.decode(out.toByteArray());

        assertThat(read.source()).isEqualTo("news");
        assertThat(read.place()).isEmpty();
        assertThat(read.document().tokens()).containsExactly(tokens.tokens());
    }

    @Test
    void shouldKnowAfterARestartWhichRetractionsNoNetworkHonours() {
        TrainerState state = new TrainerState(store, SETTINGS.online());
        assertThat(state.open().isEmpty()).isTrue();
        OpenRetractions open = OpenRetractions.NONE
                .plus(7, new SeenText.Input("documents", 1), 30)
                .plus(9, new SeenText.Input("documents", 1), 20)
                .plus(8, new SeenText.Input("text", 0), 0);
        state.open(open);

        TrainerState restarted = new TrainerState(store, SETTINGS.online());
        assertThat(restarted.open()).isEqualTo(open);
        assertThat(restarted.open().newest()).isEqualTo(9);
        assertThat(restarted.open().lowest()).containsEntry(new SeenText.Input("documents", 1), 20L);
        restarted.open(OpenRetractions.NONE);
        assertThat(new TrainerState(store, SETTINGS.online()).open().isEmpty()).isTrue();
    }

    @Test
    void shouldTakeTheRowsFromTheFileWhenTheVocabularyIsFixed(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("words.txt"), "the\n\n</s>\na\nthe\nof\n");

        TrainerSettings settings = TrainerSettings.of(DriftlineConfig.of(Map.of("model.vocabulary", "fixed:" + file)))
                .orElseThrow();

        assertThat(settings.online().vocabulary().fixed()).contains(List.of("the", "a", "of"));
    }

    @Test
    void shouldSayWhatIsWrongWhenSettingsDoNotGoTogether() {
        assertThatThrownBy(() -> TrainerSettings.of(DriftlineConfig.of(Map.of("neural.train.newest.tokens", "5000"))))
                .isInstanceOf(InvalidConfigException.class)
                .hasMessageContaining("must have room for a round of 10000");
        assertThat(TrainerSettings.of(DriftlineConfig.of(Map.of("neural.model", "none"))))
                .isEmpty();
    }

    @Test
    void shouldKnowAfterARestartWhichSnapshotWasBeingSent() {
        TrainerState state = new TrainerState(store, SETTINGS.online());
        assertThat(state.publishing()).isEmpty();
        state.begin(new TrainerState.Publishing("000007-abcdef", 300));
        state.writeBack();

        TrainerState restarted = new TrainerState(store, SETTINGS.online());
        assertThat(restarted.publishing()).contains(new TrainerState.Publishing("000007-abcdef", 300));
        restarted.endPublishing();
        assertThat(restarted.publishing()).isEmpty();
    }
}
