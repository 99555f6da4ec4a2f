package dev.driftline.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.driftline.codec.Varints;
import dev.driftline.config.MisconfiguredException;
import dev.driftline.identity.ModelIdentity;
import dev.driftline.identity.Provenance;
import dev.driftline.identity.TopicIncarnations;
import dev.driftline.pages.HeapPageStore;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Stream;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class StoreHeaderTest {

    private static final ModelIdentity MODEL =
            new ModelIdentity("driftline", "driftline.", 5, "fixed:00000000000000ff", "words", "kneser-ney", 4);
    private static final String TOPIC = "driftline.documents.v1";
    private static final Uuid FIRST = new Uuid(1, 2);
    private static final Uuid SECOND = new Uuid(-3, 4);

    private final HeapPageStore store = new HeapPageStore();

    @Test
    void shouldTakeInNoRecordTwiceWhenTheCommittedOffsetIsLost() {
        StoreHeader header = header(MODEL, FIRST, true);
        assertThat(header.isNew(TOPIC, 0, 0)).isTrue();
        assertThat(header.isNew(TOPIC, 0, 7)).isTrue();
        header.writeBack();

        StoreHeader again = header(MODEL, FIRST, true);
        assertThat(again.isNew(TOPIC, 0, 0)).isFalse();
        assertThat(again.isNew(TOPIC, 0, 7)).isFalse();
        assertThat(again.isNew(TOPIC, 0, 8)).isTrue();
        assertThat(again.isNew("driftline.text.v1", 0, 0))
                .as("of another topic")
                .isTrue();
    }

    /** Readers of several partitions of an input send to one task, and may send again after they have lost their offsets. */
    @Test
    void shouldTakeInEachRecordOfEachPartitionThatAnotherTaskReadsOnce() {
        StoreHeader header = header(MODEL, FIRST, true);
        assertThat(header.isNew(TOPIC, 0, 5, FIRST)).isTrue();
        assertThat(header.isNew(TOPIC, 2, 5, FIRST)).isTrue();
        header.writeBack();

        StoreHeader again = header(MODEL, FIRST, true);
        assertThat(again.isNew(TOPIC, 0, 5, FIRST)).isFalse();
        assertThat(again.isNew(TOPIC, 2, 4, FIRST)).isFalse();
        assertThat(again.isNew(TOPIC, 2, 6, FIRST)).isTrue();
        assertThat(again.isNew(TOPIC, 1, 0, FIRST)).isTrue();
        assertThat(again.isNew(TOPIC, 2, 0, SECOND))
                .as("of a topic that was made again")
                .isTrue();
    }

    /** One shard with one partition has read the input itself, and waits for documents under numbers of that input. */
    @Test
    void shouldGoOnBehindReadersWhereTheTaskHasReadTheInputItself() {
        StoreHeader alone = header(MODEL, FIRST, true);
        alone.isNew(TOPIC, 0, 41);
        alone.writeBack();

        StoreHeader behindReaders = header(MODEL, FIRST, true);
        behindReaders.beginAbove("driftline.ngram-documents.v1");
        assertThat(behindReaders.isNew(TOPIC, 0, 41, FIRST)).isFalse();
        assertThat(behindReaders.isNew(TOPIC, 0, 42, FIRST)).isTrue();
        assertThat(behindReaders.position("driftline.ngram-documents.v1", 0)).isEqualTo(42);
        behindReaders.writeBack();

        StoreHeader again = header(MODEL, FIRST, true);
        again.beginAbove("driftline.ngram-documents.v1");
        assertThat(again.position("driftline.ngram-documents.v1", 3)).isEqualTo(45);
    }

    @Test
    void shouldTakeInAgainWhatWasNotCommitted() {
        StoreHeader header = header(MODEL, FIRST, true);
        header.isNew(TOPIC, 0, 0);
        header.writeBack();
        header.isNew(TOPIC, 0, 1);

        header.forget();

        assertThat(header.isNew(TOPIC, 0, 1)).isTrue();
        assertThat(header.isNew(TOPIC, 0, 0)).isFalse();
    }

    /** The state may have been written and the offsets not, and what was sent may not have arrived. */
    @Test
    void shouldTakeInTheLastCommitAgainWhenThereAreNoTransactions() {
        StoreHeader header = header(MODEL, FIRST, false);
        header.isNew(TOPIC, 0, 0);
        header.writeBack();
        header.isNew(TOPIC, 0, 1);
        header.writeBack();

        StoreHeader again = header(MODEL, FIRST, false);
        assertThat(again.isNew(TOPIC, 0, 0)).isFalse();
        assertThat(again.isNew(TOPIC, 0, 1)).isTrue();
    }

    @Test
    void shouldBeginOffsetsAnewAndGoOnWithPositionsWhenATopicIsMadeAgain() {
        StoreHeader header = header(MODEL, FIRST, true);
        header.isNew(TOPIC, 0, 9);
        assertThat(header.position(TOPIC, 9)).isEqualTo(9);
        header.writeBack();

        StoreHeader again = header(MODEL, SECOND, true);
        assertThat(again.isNew(TOPIC, 0, 0)).isTrue();
        assertThat(again.position(TOPIC, 0)).isEqualTo(10);
        assertThat(again.offset(TOPIC, 10)).isZero();
        again.writeBack();

        StoreHeader later = header(MODEL, SECOND, true);
        assertThat(later.isNew(TOPIC, 0, 0)).isFalse();
        assertThat(later.position(TOPIC, 1)).isEqualTo(11);
        assertThat(later.offset(TOPIC, 11)).isEqualTo(1);
    }

    @ParameterizedTest
    @MethodSource("misfits")
    void shouldRefuseAStateOfAnotherModelAndSayWhatMendsIt(ModelIdentity other, String cure) {
        StoreHeader header = header(MODEL, FIRST, true);
        header.load();
        header.writeBack();

        StoreHeader mixed = header(other, FIRST, true);
        assertThatThrownBy(mixed::load)
                .isInstanceOf(MisconfiguredException.class)
                .hasMessageContaining("test-store")
                .hasMessageContaining(cure)
                .hasMessageContaining("driftline reset");
    }

    static Stream<Arguments> misfits() {
        return Stream.of(
                Arguments.of(
                        new ModelIdentity("eu", "driftline.", 5, "fixed:00000000000000ff", "words", "kneser-ney", 4),
                        "set application.id=driftline"),
                Arguments.of(
                        new ModelIdentity("driftline", "eu.", 5, "fixed:00000000000000ff", "words", "kneser-ney", 4),
                        "set topics.prefix=driftline."),
                Arguments.of(
                        new ModelIdentity(
                                "driftline", "driftline.", 4, "fixed:00000000000000ff", "words", "kneser-ney", 4),
                        "set model.order=5"),
                Arguments.of(
                        new ModelIdentity("driftline", "driftline.", 5, "growing", "words", "kneser-ney", 4),
                        "set model.vocabulary to the file with the words of then"),
                Arguments.of(
                        new ModelIdentity(
                                "driftline", "driftline.", 5, "fixed:00000000000000fe", "words", "kneser-ney", 4),
                        "set model.vocabulary to the file with the words of then"),
                Arguments.of(
                        new ModelIdentity(
                                "driftline", "driftline.", 5, "fixed:00000000000000ff", "characters", "kneser-ney", 4),
                        "set tokenizer=words"),
                Arguments.of(
                        new ModelIdentity(
                                "driftline", "driftline.", 5, "fixed:00000000000000ff", "words", "kneser-ney", 8),
                        "set shards=4"));
    }

    @Test
    void shouldTakeAStateWithAnotherSmoothingAndNoteIt() {
        StoreHeader header = header(MODEL, FIRST, true);
        header.load();
        header.writeBack();
        ModelIdentity smoothed =
                new ModelIdentity("driftline", "driftline.", 5, "fixed:00000000000000ff", "words", "witten-bell", 4);

        StoreHeader again = header(smoothed, FIRST, true);
        again.load();
        again.writeBack();

        assertThat(new String(written(), StandardCharsets.UTF_8)).contains("witten-bell");
    }

    @Test
    void shouldGiveAStoreWithoutAHeaderTheIdentityOfTheServiceThatOpensIt() {
        store.put(new byte[] {'m'}, new byte[] {1});
        StoreHeader header = header(MODEL, FIRST, true);
        header.load();
        header.writeBack();

        assertThat(new String(written(), StandardCharsets.UTF_8)).contains(MODEL.text());
        assertThat(ModelIdentity.parse(MODEL.text())).isEqualTo(MODEL);
    }

    @Test
    void shouldBeNoEntryOfTheStoreThatItIsIn() {
        WriteBackStore stored = new SimulatedStore("test-store", new SimulatedChangelog()).withWriteBack();
        MockProcessorContext<Void, Void> context = new MockProcessorContext<>(settings());
        stored.init(context.getStateStoreContext(), stored);
        assertThat(stored.header().isNew(TOPIC, 0, 0)).isTrue();
        stored.put(new byte[] {'m'}, new byte[] {1});
        stored.flushCache();

        List<byte[]> scanned = new ArrayList<>();
        stored.scan(new byte[0], (key, value) -> scanned.add(key));
        stored.scanFrom(new byte[0], (key, value) -> scanned.add(key));
        assertThat(scanned).hasSize(2).allSatisfy(key -> assertThat(key).containsExactly('m'));
        assertThat(StoreHeader.model(stored)).contains(MODEL);
    }

    private static Properties settings() {
        Properties properties = new Properties();
        properties.put(StreamsConfig.APPLICATION_ID_CONFIG, "test");
        properties.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "nowhere:1");
        properties.put(Provenance.CONFIG, new Provenance(MODEL, new TopicIncarnations(Map.of(TOPIC, FIRST))));
        return properties;
    }

    @Test
    void shouldSayWhichVersionAHeaderHasThatItCannotRead() {
        StoreHeader header = header(MODEL, FIRST, true);
        header.load();
        header.writeBack();
        byte[] later = written().clone();
        later[0] = 9;
        store.scan(new byte[0], (key, value) -> store.put(key, later));

        assertThatThrownBy(header(MODEL, FIRST, true)::load)
                .isInstanceOf(MisconfiguredException.class)
                .hasMessageContaining("format version 9")
                .hasMessageContaining("driftline reset");
    }

    /** A crash between write-back and flush of the producer; then another topic of the task is read on first. */
    @Test
    void shouldTakeInAgainWhatMayNotHaveComeOutWhenThereAreNoTransactions() {
        StoreHeader before = header(MODEL, FIRST, false);
        assertThat(before.isNew(TOPIC, 0, 0)).isTrue();
        assertThat(before.isNew(TOPIC, 0, 1)).isTrue();
        before.writeBack();

        StoreHeader after = header(MODEL, FIRST, false);
        assertThat(after.isNew(TOPIC, 0, 0)).isTrue();
        for (long offset = 0; offset < 3; offset++) {
            assertThat(after.isNew("driftline.text.v1", 0, offset)).isTrue();
            after.writeBack();
        }
        assertThat(after.isNew(TOPIC, 0, 1)).isTrue();
    }

    @Test
    void shouldReadWhatIsStrandedFromAHeaderOfVersion040() {
        Varints.Writer first = new Varints.Writer(256);
        first.writeByte(1);
        first.writeBytes(MODEL.text().getBytes(StandardCharsets.UTF_8));
        first.writeInt(1);
        first.writeBytes(TOPIC.getBytes(StandardCharsets.UTF_8));
        Varints.Writer id = new Varints.Writer(16);
        id.writeFixedLong(FIRST.getMostSignificantBits());
        id.writeFixedLong(FIRST.getLeastSignificantBits());
        first.writeBytes(id.toByteArray());
        first.writeLong(100);
        first.writeLong(7);
        first.writeLong(7);
        first.writeLong(1_700_000_000_000L);
        StoreHeader header = header(MODEL, FIRST, true);
        header.load();
        header.writeBack();
        store.scan(new byte[] {(byte) 0xFF}, (key, value) -> store.put(key, first.toByteArray()));

        StoreHeader read = header(MODEL, FIRST, true);
        read.load();
        assertThat(read.hasStranded()).isTrue();
        assertThat(read.isStranded(TOPIC, 106)).isTrue();
        assertThat(read.isStranded(TOPIC, 107)).isFalse();
        assertThat(read.position(TOPIC, 7)).isEqualTo(107);
    }

    private byte[] written() {
        byte[][] found = new byte[1][];
        store.scan(new byte[] {(byte) 0xFF}, (key, value) -> found[0] = value);
        return found[0];
    }

    private StoreHeader header(ModelIdentity model, Uuid id, boolean exactlyOnce) {
        return new StoreHeader(
                "test-store", store, new Provenance(model, new TopicIncarnations(Map.of(TOPIC, id))), exactlyOnce);
    }
}
