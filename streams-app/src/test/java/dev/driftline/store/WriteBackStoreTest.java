package dev.driftline.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.driftline.commits.EarlyCommits;
import dev.driftline.pages.PageStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class WriteBackStoreTest {

    /** More than one batch. */
    private static final int MANY = 1300;

    /** Writes one entry back each time, and remembers what it was told. */
    private static final class Recorder implements WriteBackCache {
        final PageStore store;
        final List<String> calls = new ArrayList<>();

        Recorder(PageStore store) {
            this.store = store;
        }

        @Override
        public void writeBack() {
            calls.add("writeBack");
            store.put(new byte[] {1}, new byte[] {(byte) calls.size()});
        }

        @Override
        public void forget() {
            calls.add("forget");
        }
    }

    private final KeyValueStore<Bytes, byte[]> inner = Stores.keyValueStoreBuilder(
                    Stores.inMemoryKeyValueStore("inner"), Serdes.Bytes(), Serdes.ByteArray())
            .withCachingDisabled()
            .withLoggingDisabled()
            .build();
    private final WriteBackStore store = new WriteBackStore(inner, EarlyCommits.off(), null);
    private final MockProcessorContext<Void, Void> context = new MockProcessorContext<>(properties());

    private static Properties properties() {
        Properties properties = new Properties();
        properties.put(StreamsConfig.APPLICATION_ID_CONFIG, "test");
        properties.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "nowhere:1");
        properties.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
        return properties;
    }

    @BeforeEach
    void init() {
        store.init(context.getStateStoreContext(), store);
    }

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void shouldWriteEveryCacheBackBeforeACommit() {
        Recorder recorder = store.cache(Recorder.class, Recorder::new);

        store.flushCache();

        assertThat(recorder.calls).containsExactly("writeBack");
        assertThat(inner.get(Bytes.wrap(new byte[] {1}))).containsExactly(1);
    }

    @Test
    void shouldSeeWhatAWriteBackHasPutAndNotYetHandedOn() {
        List<Map.Entry<Integer, Integer>> seen = new ArrayList<>();
        store.cache(WriteBackCache.class, pages -> new WriteBackCache() {
            @Override
            public void writeBack() {
                for (int i = 0; i < MANY; i++) {
                    pages.put(new byte[] {5, (byte) (i >> 8), (byte) i}, new byte[] {1});
                }
                pages.put(new byte[] {5, 0, 0}, null);
                assertThat(pages.get(new byte[] {5, 0, 0})).isNull();
                pages.put(new byte[] {6, 1}, new byte[] {3});
                seen.addAll(scan(6));
            }

            @Override
            public void forget() {
                // Nothing is held.
            }
        });

        store.flushCache();

        assertThat(seen).containsExactly(Map.entry(1, 3));
        assertThat(scan(5)).hasSize(MANY - 1);
        assertThat(inner.get(Bytes.wrap(new byte[] {5, 0, 1}))).containsExactly(1);
    }

    @Test
    void shouldShareACacheAmongTheProcessorsOfATask() {
        assertThat(store.cache(Recorder.class, Recorder::new)).isSameAs(store.cache(Recorder.class, Recorder::new));
    }

    @Test
    void shouldForgetWithoutWritingWhenTheTaskBecomesAStandby() {
        Recorder recorder = store.cache(Recorder.class, Recorder::new);

        store.clearCache();

        assertThat(recorder.calls).containsExactly("forget");
    }

    @Test
    void shouldMakeNewCachesAfterItWasClosed() {
        Recorder before = store.cache(Recorder.class, Recorder::new);
        store.close();
        store.init(context.getStateStoreContext(), store);

        assertThat(store.cache(Recorder.class, Recorder::new)).isNotSameAs(before);
        assertThat(before.calls).containsExactly("forget");
    }

    @Test
    void shouldRefuseToRunWhereItWouldNotBeFlushedBeforeACommit() {
        KeyValueStore<Bytes, byte[]> other =
                Stores.inMemoryKeyValueStore("other").get();
        WriteBackStore unseen = new WriteBackStore(other, EarlyCommits.off(), null);

        assertThatThrownBy(() -> unseen.init(context.getStateStoreContext(), other))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("does not flush before a commit");
    }

    @Test
    void shouldKeepWritesOfOtherThreadsBackUntilTheNextCommit() {
        store.cache(Recorder.class, Recorder::new);
        store.put(new byte[] {5, 1}, new byte[] {1});
        store.put(new byte[] {5, 2}, new byte[] {2});

        CompletableFuture.runAsync(() -> {
                    store.turns().take();
                    try {
                        store.put(new byte[] {5, 0}, new byte[] {7});
                        store.put(new byte[] {5, 1}, null);
                    } finally {
                        store.turns().end();
                    }
                })
                .join();

        assertThat(inner.get(Bytes.wrap(new byte[] {5, 0}))).isNull();
        assertThat(inner.get(Bytes.wrap(new byte[] {5, 1}))).isNotNull();
        assertThat(store.get(new byte[] {5, 0})).containsExactly(7);
        assertThat(store.get(new byte[] {5, 1})).isNull();
        assertThat(scan(5)).containsExactly(Map.entry(0, 7), Map.entry(2, 2));

        store.flushCache();

        assertThat(inner.get(Bytes.wrap(new byte[] {5, 0}))).containsExactly(7);
        assertThat(inner.get(Bytes.wrap(new byte[] {5, 1}))).isNull();
        assertThat(scan(5)).containsExactly(Map.entry(0, 7), Map.entry(2, 2));
    }

    @Test
    void shouldScanNothingButThePrefix() {
        store.cache(Recorder.class, Recorder::new);
        for (int first : new int[] {4, 5, 6, 0xFE, 0xFF}) {
            store.put(new byte[] {(byte) first}, new byte[] {9});
            store.put(new byte[] {(byte) first, (byte) 0xFF}, new byte[] {8});
        }

        assertThat(scan(5)).containsExactly(Map.entry(-1, 9), Map.entry(0xFF, 8));
        assertThat(scan(0xFF)).containsExactly(Map.entry(-1, 9), Map.entry(0xFF, 8));
    }

    /** The second byte of each key with {@code first}, −1 where there is none, and the value. */
    private List<Map.Entry<Integer, Integer>> scan(int first) {
        List<Map.Entry<Integer, Integer>> found = new ArrayList<>();
        store.scan(new byte[] {(byte) first}, (key, value) -> {
            assertThat(key[0]).isEqualTo((byte) first);
            found.add(Map.entry(key.length > 1 ? key[1] & 0xFF : -1, (int) value[0]));
        });
        return found;
    }
}
