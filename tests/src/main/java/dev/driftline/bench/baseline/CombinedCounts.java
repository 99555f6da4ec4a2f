package dev.driftline.bench.baseline;

import dev.driftline.codec.Varints;
import dev.driftline.pages.PageStore;
import dev.driftline.store.WriteBackCache;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ObjLongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The counts of one shard, all of them on the heap. Those that have changed go to a store, if there is one, before each
 * commit: the n-gram's words with a space between, and its count. Not thread-safe.
 */
final class CombinedCounts implements WriteBackCache {

    private static final int NODES = 1 << 16;

    private final @Nullable PageStore store;
    private final BitSet changed = new BitSet();
    private Map<String, Integer> ids = new HashMap<>();
    private List<String> words = new ArrayList<>();
    private CountTrie counts = new CountTrie(NODES);

    private boolean loaded;

    private CombinedCounts(@Nullable PageStore store) {
        this.store = store;
    }

    /** Counts that are gone when the task is. */
    static CombinedCounts onHeap() {
        return new CombinedCounts(null);
    }

    /** Counts of what is in {@code store}, which gets what changes. */
    static CombinedCounts over(PageStore store) {
        return new CombinedCounts(store);
    }

    private void load() {
        loaded = true;
        if (store == null) {
            return;
        }
        store.scan(new byte[0], (key, value) -> {
            int node = CountTrie.ROOT;
            for (String word : new String(key, StandardCharsets.UTF_8).split(" ")) {
                node = counts.child(node, id(word));
            }
            counts.add(node, new Varints.Reader(value).readLong());
        });
    }

    /** Adds what {@link DocumentCombiner} has counted. */
    void add(byte[] message) {
        if (!loaded) {
            load();
        }
        Varints.Reader in = new Varints.Reader(message);
        int[] global = new int[in.readInt()];
        for (int i = 0; i < global.length; i++) {
            global[i] = id(new String(in.readBytes(), StandardCharsets.UTF_8));
        }
        int[] nodes = new int[in.readInt() + 1];
        for (int i = 1; i < nodes.length; i++) {
            int parent = nodes[i - in.readInt()];
            nodes[i] = counts.child(parent, global[in.readInt()]);
            long times = in.readLong();
            if (times > 0) {
                counts.add(nodes[i], times);
                if (store != null) {
                    changed.set(nodes[i]);
                }
            }
        }
    }

    private int id(String word) {
        Integer known = ids.putIfAbsent(word, words.size());
        if (known != null) {
            return known;
        }
        words.add(word);
        return words.size() - 1;
    }

    /** How often the n-gram came. */
    long count(List<String> ngram) {
        if (!loaded) {
            load();
        }
        int node = CountTrie.ROOT;
        for (String word : ngram) {
            Integer id = ids.get(word);
            node = id == null ? CountTrie.ROOT : counts.find(node, id);
            if (node == CountTrie.ROOT) {
                return 0;
            }
        }
        return counts.count(node);
    }

    /** Visits every n-gram that has a count. */
    void forEach(ObjLongConsumer<String> visitor) {
        if (!loaded) {
            load();
        }
        for (int node = 1; node < counts.size(); node++) {
            if (counts.count(node) > 0) {
                visitor.accept(spelling(node), counts.count(node));
            }
        }
    }

    private String spelling(int node) {
        String last = words.get(counts.word(node));
        int parent = counts.parent(node);
        return parent == CountTrie.ROOT ? last : spelling(parent) + " " + last;
    }

    @Override
    public void writeBack() {
        if (store == null) {
            return;
        }
        Varints.Writer value = new Varints.Writer(16);
        for (int node = changed.nextSetBit(0); node >= 0; node = changed.nextSetBit(node + 1)) {
            value.reset();
            value.writeLong(counts.count(node));
            store.put(spelling(node).getBytes(StandardCharsets.UTF_8), value.toByteArray());
        }
        changed.clear();
    }

    @Override
    public void forget() {
        loaded = false;
        changed.clear();
        ids = new HashMap<>();
        words = new ArrayList<>();
        counts = new CountTrie(NODES);
    }
}
