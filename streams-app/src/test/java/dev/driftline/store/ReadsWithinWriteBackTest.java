package dev.driftline.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.driftline.commits.EarlyCommits;
import dev.driftline.pages.PageStore;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;
import org.apache.kafka.streams.state.internals.WrappedStateStore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who waits to read while a stream thread writes back. */
@Timeout(60)
class ReadsWithinWriteBackTest {

    private static final int PAGES = 3;

    private final List<Thread> writers = Collections.synchronizedList(new ArrayList<>());
    private final List<String> steps = Collections.synchronizedList(new ArrayList<>());
    private final List<CompletableFuture<Void>> queries = new ArrayList<>();

    private final Logged logged =
            new Logged(Stores.inMemoryKeyValueStore("inner").get());

    /** Tells who writes to the changelog. */
    private final class Logged extends WrappedStateStore<KeyValueStore<Bytes, byte[]>, Bytes, byte[]>
            implements KeyValueStore<Bytes, byte[]> {

        Logged(KeyValueStore<Bytes, byte[]> inner) {
            super(inner);
        }

        @Override
        public void put(Bytes key, byte[] value) {
            writers.add(Thread.currentThread());
            wrapped().put(key, value);
        }

        @Override
        public byte[] putIfAbsent(Bytes key, byte[] value) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void putAll(List<KeyValue<Bytes, byte[]>> entries) {
            entries.forEach(entry -> put(entry.key, entry.value));
        }

        @Override
        public byte[] delete(Bytes key) {
            throw new UnsupportedOperationException();
        }

        @Override
        public byte[] get(Bytes key) {
            return wrapped().get(key);
        }

        @Override
        public KeyValueIterator<Bytes, byte[]> range(Bytes from, Bytes to) {
            return wrapped().range(from, to);
        }

        @Override
        public KeyValueIterator<Bytes, byte[]> all() {
            return wrapped().all();
        }

        @Override
        public long approximateNumEntries() {
            return wrapped().approximateNumEntries();
        }
    }

    private WriteBackStore open(String guarantee, boolean transactional) {
        Properties properties = new Properties();
        properties.put(StreamsConfig.APPLICATION_ID_CONFIG, "test");
        properties.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "nowhere:1");
        properties.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, guarantee);
        properties.put(StreamsConfig.TRANSACTIONAL_STATE_STORES_CONFIG, transactional);
        WriteBackStore store = new WriteBackStore(logged, EarlyCommits.off(), null);
        store.init(new MockProcessorContext<Void, Void>(properties).getStateStoreContext(), store);
        return store;
    }

    /** Another thread that reads a page, and pushes one out of a cache; it waits for its turn when this returns. */
    private void query(WriteBackStore store, int page) {
        queries.add(CompletableFuture.runAsync(
                () -> {
                    store.turns().take();
                    try {
                        byte[] value = store.get(new byte[] {5, (byte) page});
                        store.put(new byte[] {6, (byte) page}, new byte[] {7});
                        steps.add("read " + (value == null ? "nothing" : value[0]));
                    } finally {
                        store.turns().end();
                    }
                },
                command -> new Thread(command, "query").start()));
        while (!store.turns().isWaitedFor()) {
            Thread.onSpinWait();
        }
        // Until the turn of the write-back is long enough.
        long start = System.nanoTime();
        while (System.nanoTime() - start < Turns.SHORTEST_NANOS) {
            Thread.onSpinWait();
        }
    }

    private void writeBack(WriteBackStore store) {
        store.cache(WriteBackCache.class, pages -> new WriteBackCache() {
            @Override
            public void writeBack() {
                for (int page = 0; page < PAGES; page++) {
                    write(pages, page);
                }
            }

            private void write(PageStore pages, int page) {
                pages.put(new byte[] {5, (byte) page}, new byte[] {(byte) page});
                query(store, page);
                steps.add("wrote " + page);
                pages.letOthersRead();
            }

            @Override
            public void forget() {}
        });
        store.flushCache();
        steps.add("end");
        queries.forEach(CompletableFuture::join);
    }

    @ParameterizedTest
    @ValueSource(strings = {StreamsConfig.EXACTLY_ONCE_V2, StreamsConfig.AT_LEAST_ONCE})
    void shouldLetOthersReadBetweenTwoPagesAndNotHaveThemWrite(String guarantee) {
        WriteBackStore store = open(guarantee, guarantee.equals(StreamsConfig.EXACTLY_ONCE_V2));

        writeBack(store);

        assertThat(steps).containsExactly("wrote 0", "read 0", "wrote 1", "read 1", "wrote 2", "read 2", "end");
        assertThat(writers).isNotEmpty().containsOnly(Thread.currentThread());
        for (int page = 0; page < PAGES; page++) {
            assertThat(store.get(new byte[] {5, (byte) page})).containsExactly(page);
            assertThat(logged.get(Bytes.wrap(new byte[] {6, (byte) page})))
                    .as("written with this commit, since its offsets are")
                    .containsExactly(7);
        }
        store.close();
    }

    @Test
    void shouldLetNobodyInWhereACopyWouldHaveAPartOfTheWriteBack() {
        WriteBackStore store = open(StreamsConfig.EXACTLY_ONCE_V2, false);

        writeBack(store);

        assertThat(steps).startsWith("wrote 0", "wrote 1", "wrote 2").contains("read 0", "read 1", "read 2");
        store.close();
    }

    @Test
    void shouldLetNobodyInOutsideAWriteBack() {
        WriteBackStore store = open(StreamsConfig.EXACTLY_ONCE_V2, true);
        store.cache(WriteBackCache.class, pages -> new WriteBackCache() {
            @Override
            public void writeBack() {}

            @Override
            public void forget() {}
        });
        store.turns().take();
        store.put(new byte[] {5, 0}, new byte[] {0});
        query(store, 0);
        store.letOthersRead();
        steps.add("end");
        store.turns().end();
        queries.forEach(CompletableFuture::join);

        assertThat(steps).containsExactly("end", "read 0");
        store.close();
    }
}
