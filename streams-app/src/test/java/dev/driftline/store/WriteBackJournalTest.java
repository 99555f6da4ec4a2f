package dev.driftline.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.driftline.pages.HeapPageStore;
import dev.driftline.pages.PageStore;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.junit.jupiter.api.Test;

class WriteBackJournalTest {

    private static final int PAGES = 5;

    /** Larger than a piece together. */
    private static final int PAGE_BYTES = WriteBackJournal.PIECE_BYTES / 3;

    /** Sees pages and writes them, and has nothing of its own. */
    private record Nothing(PageStore pages) implements WriteBackCache {
        @Override
        public void writeBack() {
            // All was put at once.
        }

        @Override
        public void forget() {
            // Nothing is held.
        }
    }

    private record Written(Bytes key, Optional<byte[]> value) {}

    private static WriteBackStore open(SimulatedStore below, String guarantee) {
        Properties properties = new Properties();
        properties.put(StreamsConfig.APPLICATION_ID_CONFIG, "test");
        properties.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "nowhere:1");
        properties.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, guarantee);
        WriteBackStore store = below.withWriteBack();
        store.init(new MockProcessorContext<Void, Void>(properties).getStateStoreContext(), store);
        store.cache(Nothing.class, Nothing::new);
        return store;
    }

    private static byte[] key(int page) {
        return new byte[] {1, (byte) page};
    }

    private static byte[] value(int round) {
        byte[] value = new byte[PAGE_BYTES];
        Arrays.fill(value, (byte) round);
        return value;
    }

    private static void learn(WriteBackStore store, int round) {
        for (int page = 0; page < PAGES; page++) {
            store.put(key(page), value(round));
        }
        // One that is only there in odd rounds.
        store.put(key(PAGES), round % 2 == 0 ? null : value(round));
    }

    /** The round that all pages are of. */
    private static int round(WriteBackStore store) {
        NavigableMap<Integer, Byte> found = new TreeMap<>();
        store.scan(new byte[] {1}, (key, value) -> found.put((int) key[1], value[0]));
        byte round = store.get(key(0))[0];
        assertThat(found).hasSize(PAGES + round % 2);
        assertThat(found.values()).containsOnly(round);
        for (int page = 0; page < PAGES; page++) {
            assertThat(store.get(key(page))).isEqualTo(value(round));
        }
        return round;
    }

    /** What the write-back of round 2 sends, after that of round 1 is in {@code changelog}. */
    private static List<Written> second(SimulatedChangelog changelog) {
        SimulatedStore below = new SimulatedStore("pages", changelog);
        WriteBackStore store = open(below, StreamsConfig.AT_LEAST_ONCE);
        learn(store, 1);
        store.flushCache();
        below.publish();
        long from = changelog.end();
        learn(store, 2);
        store.flushCache();
        below.publish();
        List<Written> written = new ArrayList<>();
        changelog.changesFrom(from).forEach(change -> written.add(new Written(change.key(), change.value())));
        return written;
    }

    private static SimulatedChangelog cutAfter(int records) {
        SimulatedChangelog changelog = new SimulatedChangelog();
        List<Written> written = second(new SimulatedChangelog());
        SimulatedStore below = new SimulatedStore("pages", changelog);
        WriteBackStore store = open(below, StreamsConfig.AT_LEAST_ONCE);
        learn(store, 1);
        store.flushCache();
        below.publish();
        written.stream().limit(records).forEach(record -> changelog.append(record.key(), record.value()));
        return changelog;
    }

    @Test
    void shouldHaveAllOfAWriteBackOrNothingWhereverItWasCut() {
        int records = second(new SimulatedChangelog()).size();
        assertThat(records).as("pieces, mark, pages and their removal").isGreaterThan(2 * PAGES);
        int before = 1;
        for (int cut = 0; cut <= records; cut++) {
            SimulatedChangelog changelog = cutAfter(cut);

            WriteBackStore store = open(new SimulatedStore("pages", changelog), StreamsConfig.AT_LEAST_ONCE);

            int round = round(store);
            assertThat(round).as("after %d records", cut).isBetween(before, 2);
            before = round;
        }
        assertThat(before).isEqualTo(2);
    }

    @Test
    void shouldLeaveNothingOfAJournalAfterTheNextWriteBack() {
        int records = second(new SimulatedChangelog()).size();
        for (String guarantee : List.of(StreamsConfig.AT_LEAST_ONCE, StreamsConfig.EXACTLY_ONCE_V2)) {
            for (int cut = 0; cut <= records; cut++) {
                SimulatedChangelog changelog = cutAfter(cut);
                SimulatedStore below = new SimulatedStore("pages", changelog);
                WriteBackStore store = open(below, guarantee);
                learn(store, 3);
                store.flushCache();
                below.publish();

                assertThat(changelog.contents().keySet()).noneMatch(SimulatedStore::isJournal);
                assertThat(round(open(new SimulatedStore("pages", changelog), guarantee)))
                        .isEqualTo(3);
            }
        }
    }

    /** A second crash, while what the first one cut is being put again. */
    @Test
    void shouldSurviveACrashWhileAWriteBackIsCompleted() {
        int records = second(new SimulatedChangelog()).size();
        for (int first = 0; first <= records; first++) {
            int then = 1;
            for (int cut = 0; cut <= 3 * records; cut++) {
                SimulatedChangelog changelog = cutAfter(first);
                SimulatedStore below = new SimulatedStore("pages", changelog);
                WriteBackStore store = open(below, StreamsConfig.AT_LEAST_ONCE);
                learn(store, 3);
                store.flushCache();
                below.cut(Math.min(cut, below.unpublished()), 0);

                int round = round(open(new SimulatedStore("pages", changelog), StreamsConfig.AT_LEAST_ONCE));

                assertThat(round).isBetween(then, 3);
                then = round;
            }
            assertThat(then).isEqualTo(3);
        }
    }

    @Test
    void shouldNotSetBackAStoreThatHasGoneOnWithoutTheMark() {
        int records = second(new SimulatedChangelog()).size();
        // The mark is there, and no page yet.
        SimulatedChangelog changelog = cutAfter(records - (PAGES + 1) - 1 - pieces());
        changelog.append(Bytes.wrap(StoreHeader.key()), Optional.of(new byte[] {1, 2, 3}));

        WriteBackStore store = open(new SimulatedStore("pages", changelog), StreamsConfig.AT_LEAST_ONCE);

        assertThat(round(store)).isEqualTo(1);
    }

    private static int pieces() {
        return (int) second(new SimulatedChangelog()).stream()
                .filter(record -> record.value().isPresent()
                        && SimulatedStore.isJournal(record.key())
                        && !WriteBackJournal.isMark(record.key().get()))
                .count();
    }

    @Test
    void shouldPutWhatWasCutIntoACopy() {
        int records = second(new SimulatedChangelog()).size();
        SimulatedChangelog changelog = cutAfter(records - 2 - pieces());
        Map<Bytes, byte[]> contents = new TreeMap<>(changelog.contents());
        HeapPageStore copy = new HeapPageStore();
        contents.forEach((key, value) -> copy.put(key.get(), value));

        WriteBackJournal.settle(copy);

        for (int page = 0; page < PAGES; page++) {
            assertThat(copy.get(key(page))).isEqualTo(value(2));
        }
        assertThat(copy.get(key(PAGES))).isNull();
        copy.scan(
                new byte[0],
                (key, value) -> assertThat(WriteBackJournal.isKey(key)).isFalse());
    }

    /** A document that waits is removed by a page: its score must be out before. */
    @Test
    void shouldWaitForWhatWasSentBeforeTheMarkAndForTheMarkBeforeThePages() {
        List<String> happened = new ArrayList<>();
        WriteBackJournal journal = new WriteBackJournal();
        WriteBackJournal.Pages store = (key, value) ->
                happened.add((WriteBackJournal.isMark(key) ? "mark" : "piece") + (value == null ? " removed" : ""));

        journal.begin(Map.of(Bytes.wrap(key(0)), Optional.empty()), null, store, () -> happened.add("sent"));
        happened.add("pages");
        journal.end(store);

        assertThat(happened).containsExactly("piece", "sent", "mark", "sent", "pages", "mark removed", "piece removed");
    }
}
