package dev.driftline.sources;

import dev.driftline.codec.Varints;
import dev.driftline.ngram.PageStore;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * When each source of a store was last seen, so that what is kept of sources stays bounded.
 *
 * <p>In memory as a whole, some 100 bytes a source, and in the store beside what the sources themselves keep there. The time
 * of a source is written again only once it is older than a {@value #STEPS}th of the idle time, so that a busy source costs
 * no record a commit; a source may therefore be forgotten so much too early after a restart.
 *
 * <p>Used by the stream thread alone.
 */
final class SourceIndex {

    private static final int STEPS = 64;

    /** No source has a name of that length: the other keys begin with the length of a name. */
    private static final byte[] PREFIX = {(byte) 0xFE, (byte) 0xFE, (byte) 0xFE, (byte) 0xFE, (byte) 0xFE, (byte) 0xFE};

    private final PageStore store;
    private final SourceLimits limits;

    /** The one seen longest ago first; null until it is read. */
    private LinkedHashMap<String, Long> seen;

    private final Map<String, Long> stored = new LinkedHashMap<>();
    private final Set<String> changed = new LinkedHashSet<>();

    SourceIndex(PageStore store, SourceLimits limits) {
        this.store = store;
        this.limits = limits;
    }

    /**
     * Notes that a document of {@code source} came.
     *
     * @return a source that is to be forgotten for it, and is no longer in the index
     */
    Optional<String> touch(String source, long now) {
        load();
        seen.put(source, now);
        Long before = stored.get(source);
        if (before == null || now - before > limits.idleMs() / STEPS) {
            changed.add(source);
        }
        if (seen.size() <= limits.most()) {
            return Optional.empty();
        }
        String eldest = seen.keySet().iterator().next();
        seen.remove(eldest);
        changed.add(eldest);
        return Optional.of(eldest);
    }

    /** Removes the sources that have been idle for too long from the index, at most {@code most}, and lists them. */
    List<String> idle(long now, int most) {
        load();
        List<String> idle = new ArrayList<>();
        Iterator<Map.Entry<String, Long>> entries = seen.entrySet().iterator();
        while (entries.hasNext() && idle.size() < most) {
            Map.Entry<String, Long> entry = entries.next();
            if (now - entry.getValue() <= limits.idleMs()) {
                break;
            }
            idle.add(entry.getKey());
            changed.add(entry.getKey());
            entries.remove();
        }
        return idle;
    }

    /** The number of sources. */
    int size() {
        load();
        return seen.size();
    }

    void writeBack() {
        for (String source : changed) {
            Long time = seen.get(source);
            if (time == null) {
                stored.remove(source);
                store.put(key(source), null);
            } else {
                stored.put(source, time);
                Varints.Writer value = new Varints.Writer(10);
                value.writeLong(time);
                store.put(key(source), value.toByteArray());
            }
        }
        changed.clear();
    }

    void forget() {
        seen = null;
        stored.clear();
        changed.clear();
    }

    private void load() {
        if (seen != null) {
            return;
        }
        Map<String, Long> found = new LinkedHashMap<>();
        store.scan(
                PREFIX,
                (key, value) -> found.put(
                        new String(key, PREFIX.length, key.length - PREFIX.length, StandardCharsets.UTF_8),
                        new Varints.Reader(value).readLong()));
        stored.putAll(found);
        seen = new LinkedHashMap<>(16, 0.75f, true);
        found.entrySet().stream()
                .sorted(Map.Entry.comparingByValue())
                .forEach(entry -> seen.put(entry.getKey(), entry.getValue()));
    }

    private static byte[] key(String source) {
        byte[] name = source.getBytes(StandardCharsets.UTF_8);
        byte[] key = Arrays.copyOf(PREFIX, PREFIX.length + name.length);
        System.arraycopy(name, 0, key, PREFIX.length, name.length);
        return key;
    }
}
