package dev.driftline.evaluation;

import dev.driftline.mixture.CommonWeights;
import dev.driftline.mixture.MixtureSettings;
import dev.driftline.mixture.SourceModel;
import dev.driftline.ngram.PageStore;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The sources of a corpus: the last used ones decoded, all of them in a store.
 *
 * <p>Not thread-safe.
 */
final class Sources {

    private static final int DECODED = 64;
    private static final byte HEADER = 0;
    private static final byte SEGMENT = 1;
    private static final byte COMMON = 2;

    private final PageStore pages;
    private final CommonWeights common;
    private final LinkedHashMap<String, SourceModel> decoded = new LinkedHashMap<>(16, 0.75f, true);

    Sources(MixtureSettings settings, PageStore pages) {
        this.pages = pages;
        byte[] stored = pages.get(key("", COMMON, 0));
        common = stored == null ? new CommonWeights(settings) : CommonWeights.decode(settings, stored);
    }

    /** The source called {@code name}, a new one where it has not been seen. */
    SourceModel get(String name) {
        SourceModel source = decoded.get(name);
        if (source == null) {
            byte[] header = pages.get(key(name, HEADER, 0));
            source = header == null
                    ? new SourceModel(common)
                    : SourceModel.restore(common, header, slot -> pages.get(key(name, SEGMENT, slot)));
            decoded.put(name, source);
            if (decoded.size() > DECODED) {
                Map.Entry<String, SourceModel> eldest =
                        decoded.entrySet().iterator().next();
                store(eldest.getKey(), eldest.getValue());
                decoded.remove(eldest.getKey());
            }
        }
        return source;
    }

    /** Puts every source that learned something into the store. */
    void writeBack() {
        decoded.forEach(this::store);
        if (common.isDirty()) {
            pages.put(key("", COMMON, 0), common.encode());
            common.markStored();
        }
    }

    private void store(String name, SourceModel source) {
        if (!source.isDirty()) {
            return;
        }
        for (int slot : source.dirtySegments()) {
            pages.put(key(name, SEGMENT, slot), source.segment(slot));
        }
        pages.put(key(name, HEADER, 0), source.header());
        source.markStored();
    }

    /** The name ends with a byte that UTF-8 never has, so that no key starts with another one's name. */
    private static byte[] key(String name, byte kind, int slot) {
        byte[] utf8 = name.getBytes(StandardCharsets.UTF_8);
        byte[] key = Arrays.copyOf(utf8, utf8.length + 4);
        key[utf8.length] = (byte) 0xFF;
        key[utf8.length + 1] = kind;
        key[utf8.length + 2] = (byte) (slot >>> 8);
        key[utf8.length + 3] = (byte) slot;
        return key;
    }
}
