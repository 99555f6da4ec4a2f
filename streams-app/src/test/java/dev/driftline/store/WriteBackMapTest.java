package dev.driftline.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.driftline.pages.HeapPageStore;
import dev.driftline.pages.PageStore;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WriteBackMapTest {

    private static final WriteBackMap.Codec<String, String> STRINGS = new WriteBackMap.Codec<>() {
        @Override
        public byte[] encodeKey(String key) {
            return key.getBytes(StandardCharsets.UTF_8);
        }

        @Override
        public String decodeKey(byte[] bytes) {
            return new String(bytes, StandardCharsets.UTF_8);
        }

        @Override
        public byte[] encodeValue(String value) {
            return value.getBytes(StandardCharsets.UTF_8);
        }

        @Override
        public String decodeValue(String key, byte[] bytes) {
            return new String(bytes, StandardCharsets.UTF_8);
        }
    };

    /** Counts what reaches the store. */
    private static final class CountingStore implements PageStore {
        final HeapPageStore inner = new HeapPageStore();
        int writes;

        @Override
        public byte[] get(byte[] key) {
            return inner.get(key);
        }

        @Override
        public void put(byte[] key, byte[] value) {
            writes++;
            inner.put(key, value);
        }

        @Override
        public void scan(byte[] prefix, BiConsumer<byte[], byte[]> visitor) {
            inner.scan(prefix, visitor);
        }
    }

    private final CountingStore store = new CountingStore();

    @Test
    void shouldWriteNothingForAnEntryThatComesAndGoesBetweenCommits() {
        WriteBackMap<String, String> map = new WriteBackMap<>(store, STRINGS, 10);

        map.put("a", "1");
        map.remove("a");
        map.writeBack();

        assertThat(store.writes).isZero();
    }

    @Test
    void shouldWriteAnEntryOnceHoweverOftenItChanges() {
        WriteBackMap<String, String> map = new WriteBackMap<>(store, STRINGS, 10);

        map.put("a", "1");
        map.put("a", "2");
        map.writeBack();
        map.writeBack();

        assertThat(store.writes).isEqualTo(1);
        assertThat(store.inner.get(STRINGS.encodeKey("a"))).isEqualTo(STRINGS.encodeValue("2"));
    }

    @Test
    void shouldRemoveFromTheStoreWhatWasWrittenBefore() {
        WriteBackMap<String, String> map = new WriteBackMap<>(store, STRINGS, 10);
        map.put("a", "1");
        map.writeBack();

        map.remove("a");
        map.writeBack();

        assertThat(store.inner.size()).isZero();
        assertThat(map.decoded()).isZero();
    }

    @Test
    void shouldForgetWhatWasNotWrittenBack() {
        WriteBackMap<String, String> map = new WriteBackMap<>(store, STRINGS, 10);
        map.put("a", "1");
        map.writeBack();
        map.put("a", "2");

        map.forget();

        assertThat(map.get("a")).isEqualTo("1");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 100})
    void shouldAgreeWithAPlainMapWhateverIsDoneToIt(int capacity) {
        WriteBackMap<String, String> map = new WriteBackMap<>(store, STRINGS, capacity);
        Map<String, String> expected = new HashMap<>();
        Random random = new Random(capacity);
        for (int i = 0; i < 10_000; i++) {
            String key = "k" + random.nextInt(20);
            switch (random.nextInt(10)) {
                case 0, 1, 2, 3 -> {
                    map.put(key, "v" + i);
                    expected.put(key, "v" + i);
                }
                case 4, 5 -> {
                    map.remove(key);
                    expected.remove(key);
                }
                case 6 -> map.writeBack();
                case 7 -> {
                    map.writeBack();
                    map.forget();
                }
                default -> assertThat(map.get(key)).isEqualTo(expected.get(key));
            }
        }
        Map<String, String> visited = new HashMap<>();
        map.forEach(visited::put);
        assertThat(visited).isEqualTo(expected);
        map.writeBack();
        assertThat(store.inner.size()).isEqualTo(expected.size());
    }
}
