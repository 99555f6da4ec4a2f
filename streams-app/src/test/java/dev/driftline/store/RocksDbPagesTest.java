package dev.driftline.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.driftline.codec.FolderTree;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.processor.TaskId;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RocksDbPagesTest {

    private static final long MEMORY_BYTES = 8L << 20;

    @Test
    void shouldKeepPagesOverACloseWithoutALog(@TempDir Path folder) {
        try (RocksDbPages pages = RocksDbPages.open(folder.resolve("new/store"), MEMORY_BYTES)) {
            pages.put(bytes("a"), bytes("1"));
            pages.put(bytes("b"), bytes("2"));
            pages.put(bytes("a"), null);
        }
        try (RocksDbPages pages = RocksDbPages.openReadOnly(folder.resolve("new/store"), MEMORY_BYTES)) {
            assertThat(pages.get(bytes("a"))).isNull();
            assertThat(pages.get(bytes("b"))).isEqualTo(bytes("2"));
        }
    }

    /** As on a full disk: what is kept in memory until then must not be lost without a word. */
    @Test
    void shouldFailToCloseWhenThePagesCannotBeWritten(@TempDir Path folder) throws IOException {
        Path store = folder.resolve("store");
        RocksDbPages pages = RocksDbPages.open(store, MEMORY_BYTES);
        pages.put(bytes("a"), bytes("1"));
        FolderTree.delete(store);

        assertThatThrownBy(pages::close)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("cannot write the pages of");
    }

    @Test
    void shouldVisitThePrefixInOrderOfUnsignedBytes(@TempDir Path folder) {
        try (RocksDbPages pages = RocksDbPages.open(folder, MEMORY_BYTES)) {
            pages.put(new byte[] {'p', (byte) 0xFF}, bytes("last"));
            pages.put(new byte[] {'p', 1}, bytes("first"));
            pages.put(new byte[] {'q'}, bytes("outside"));
            pages.put(new byte[] {'o', (byte) 0xFF}, bytes("outside"));
            List<String> visited = new ArrayList<>();
            pages.scan(bytes("p"), (key, value) -> visited.add(new String(value, StandardCharsets.UTF_8)));
            assertThat(visited).containsExactly("first", "last");
        }
    }

    @Test
    void shouldReadAStoreThatKafkaStreamsLeftAndRefuseToWriteToIt(@TempDir Path folder) {
        MockProcessorContext<Void, Void> context = new MockProcessorContext<>(
                settings(folder),
                new TaskId(0, 0),
                folder.resolve("leaving/0_0").toFile());
        KeyValueStore<Bytes, byte[]> kafkas =
                Stores.persistentKeyValueStore("counts").get();
        kafkas.init(context.getStateStoreContext(), kafkas);
        kafkas.put(Bytes.wrap(bytes("the")), bytes("5"));
        kafkas.close();
        Path store = folder.resolve("leaving/0_0/rocksdb/counts");

        try (RocksDbPages pages = RocksDbPages.openReadOnly(store, MEMORY_BYTES)) {
            assertThat(pages.get(bytes("the"))).isEqualTo(bytes("5"));
            assertThatThrownBy(() -> pages.put(bytes("the"), bytes("6")))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("cannot write");
        }
        assertThatThrownBy(() -> RocksDbPages.open(store, MEMORY_BYTES).close())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("read-only");
    }

    @Test
    void shouldSayWhereAStoreWouldBeWhenThereIsNone(@TempDir Path folder) {
        assertThatThrownBy(() -> RocksDbPages.openReadOnly(folder, MEMORY_BYTES).close())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("APPLICATION/TASK/rocksdb/STORE");
    }

    private static Properties settings(Path folder) {
        Properties settings = new Properties();
        settings.put(StreamsConfig.APPLICATION_ID_CONFIG, "leaving");
        settings.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "nowhere:1");
        settings.put(StreamsConfig.STATE_DIR_CONFIG, folder.toString());
        settings.put(StreamsConfig.DEFAULT_KEY_SERDE_CLASS_CONFIG, Serdes.StringSerde.class);
        settings.put(StreamsConfig.DEFAULT_VALUE_SERDE_CLASS_CONFIG, Serdes.StringSerde.class);
        settings.put(StreamsConfig.ROCKSDB_CONFIG_SETTER_CLASS_CONFIG, SharedRocksDbMemory.class);
        return settings;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
