package dev.driftline.subword;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * Finds pieces in UTF-8, byte by byte. The nodes of a level stand together, and the children of a node next to each other in
 * the order of their bytes: 9 bytes a node. Immutable.
 */
final class PieceTrie {

    static final int ROOT = 0;

    /** Neither a node nor an id. */
    static final int NONE = -1;

    private final byte[] labels;
    /** Where the children of a node begin; those of the next node begin where they end. */
    private final int[] children;

    private final int[] ids;

    /** @param idsByText none of them empty */
    PieceTrie(Map<String, Integer> idsByText) {
        record Key(byte[] bytes, int id) {}
        List<Key> keys = idsByText.entrySet().stream()
                .map(entry -> new Key(entry.getKey().getBytes(StandardCharsets.UTF_8), entry.getValue()))
                .sorted((a, b) -> Arrays.compareUnsigned(a.bytes(), b.bytes()))
                .toList();
        int most = 1;
        for (int i = 0; i < keys.size(); i++) {
            byte[] key = keys.get(i).bytes();
            int shared = i == 0 ? 0 : Arrays.mismatch(keys.get(i - 1).bytes(), key);
            most = Math.addExact(most, key.length - shared);
        }
        labels = new byte[most];
        children = new int[most + 1];
        ids = new int[most];
        // The keys below each node.
        int[] first = new int[most];
        int[] last = new int[most];
        last[ROOT] = keys.size();
        int nodes = 1;
        int depth = 0;
        int levelEnd = 1;
        for (int node = 0; node < nodes; node++) {
            if (node == levelEnd) {
                depth++;
                levelEnd = nodes;
            }
            children[node] = nodes;
            int key = first[node];
            ids[node] = NONE;
            if (key < last[node] && keys.get(key).bytes().length == depth) {
                ids[node] = keys.get(key).id();
                key++;
            }
            while (key < last[node]) {
                byte label = keys.get(key).bytes()[depth];
                labels[nodes] = label;
                first[nodes] = key;
                while (key < last[node] && keys.get(key).bytes()[depth] == label) {
                    key++;
                }
                last[nodes] = key;
                nodes++;
            }
        }
        children[nodes] = nodes;
    }

    /** The node below {@code node} for a byte, or {@link #NONE}. */
    int child(int node, byte label) {
        int low = children[node];
        int high = children[node + 1] - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            int order = Byte.compareUnsigned(labels[middle], label);
            if (order == 0) {
                return middle;
            }
            if (order < 0) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return NONE;
    }

    /** The id of the piece that ends at a node, or {@link #NONE}. */
    int id(int node) {
        return ids[node];
    }

    /** The id of the piece that these bytes are, or {@link #NONE}. */
    int id(byte[] text, int from, int to) {
        int node = ROOT;
        for (int at = from; at < to && node != NONE; at++) {
            node = child(node, text[at]);
        }
        return node == NONE ? NONE : ids[node];
    }

    /** How many bytes the longest piece has that stands here; 0 where none does. */
    int longest(byte[] text, int from, int to) {
        int longest = 0;
        int node = child(ROOT, text[from]);
        for (int at = from + 1; node != NONE; at++) {
            longest = ids[node] == NONE ? longest : at - from;
            node = at < to ? child(node, text[at]) : NONE;
        }
        return longest;
    }
}
