package dev.driftline.source;

import dev.driftline.codec.Varints;
import dev.driftline.heap.HeapAccount;
import dev.driftline.heap.HeapBudget;
import dev.driftline.heap.HeapUse;
import dev.driftline.pages.PageStore;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * When each source of a store was last seen, so that what is kept of sources stays bounded.
 *
 * <p>In memory as a whole, some 100 bytes a source, and in the store beside what the sources themselves keep there. The time
 * of a source is written again only once it is older than a {@value #STEPS}th of the idle time, so that a busy source costs
 * no record a commit; after a restart a source may therefore be evicted that much too early.
 *
 * <p>Not thread-safe.
 */
public final class SourceIndex {

    private static final int STEPS = 64;

    /** Heap of a source in two maps, beside the characters of its name. */
    private static final long ENTRY_BYTES = 256;

    private static final int VERSION = 1;

    private final PageStore store;
    private final SourceLimits limits;
    private final HeapAccount heap;

    /** The one seen longest ago first; null until it is read. */
    private @Nullable Map<String, Long> seen;

    private final Map<String, Long> stored = new LinkedHashMap<>();
    private final Set<String> changed = new LinkedHashSet<>();

    /** As the other constructor, with a budget of its own. */
    public SourceIndex(PageStore store, SourceLimits limits) {
        this(store, limits, new HeapBudget());
    }

    /** @param budget past {@link HeapUse#SOURCE_TIMES} of it, there are fewer sources than {@code limits} says */
    public SourceIndex(PageStore store, SourceLimits limits, HeapBudget budget) {
        this.store = store;
        this.limits = limits;
        heap = budget.account(HeapUse.SOURCE_TIMES);
    }

    private static long bytes(String source) {
        return ENTRY_BYTES + 2L * source.length();
    }

    /**
     * Notes that a document of {@code source} came.
     *
     * @param now milliseconds since 1970
     * @return a source that is evicted for it, and is no longer in the index
     */
    public Optional<String> touch(String source, long now) {
        Map<String, Long> sources = seen();
        if (sources.put(source, now) == null) {
            heap.add(bytes(source));
        }
        Long before = stored.get(source);
        // Either way: the time of a clock that was ahead must not stay.
        if (before == null || Math.abs(now - before) > limits.idleMs() / STEPS) {
            changed.add(source);
        }
        if (sources.size() <= limits.most() && (sources.size() == 1 || !heap.isOver())) {
            return Optional.empty();
        }
        String eldest = sources.keySet().iterator().next();
        sources.remove(eldest);
        heap.add(-bytes(eldest));
        changed.add(eldest);
        return Optional.of(eldest);
    }

    /** Removes the sources that have been idle for too long from the index, at most {@code most}, and lists them. */
    public List<String> idle(long now, int most) {
        List<String> idle = new ArrayList<>();
        Iterator<Map.Entry<String, Long>> entries = seen().entrySet().iterator();
        while (entries.hasNext() && idle.size() < most) {
            Map.Entry<String, Long> entry = entries.next();
            if (now - entry.getValue() <= limits.idleMs()) {
                break;
            }
            idle.add(entry.getKey());
            changed.add(entry.getKey());
            heap.add(-bytes(entry.getKey()));
            entries.remove();
        }
        return idle;
    }

    /** Removes a source; does nothing where it is not there. */
    public void remove(String source) {
        if (seen().remove(source) != null) {
            heap.add(-bytes(source));
            changed.add(source);
        }
    }

    /** The names of the sources, the one seen longest ago first. */
    public List<String> names() {
        return List.copyOf(seen().keySet());
    }

    /** The number of sources. */
    public int size() {
        return seen().size();
    }

    /** Puts the times that changed into the store. */
    public void writeBack() {
        for (String source : changed) {
            Long time = seen().get(source);
            if (time == null) {
                stored.remove(source);
                store.put(SourceKeys.seen(source), null);
            } else {
                stored.put(source, time);
                store.put(SourceKeys.seen(source), encode(time));
            }
        }
        changed.clear();
    }

    /** Drops what is in memory; it is read again on next use. */
    public void forget() {
        seen = null;
        stored.clear();
        changed.clear();
        heap.close();
    }

    private Map<String, Long> seen() {
        Map<String, Long> known = seen;
        if (known == null) {
            known = read();
            seen = known;
        }
        return known;
    }

    /** A version byte and the time as a varint. */
    private static byte[] encode(long time) {
        Varints.Writer value = new Varints.Writer(11);
        value.writeByte(VERSION);
        value.writeLong(time);
        return value.toByteArray();
    }

    /** Driftline 0.3 wrote the time alone, and every time since the year 1970 begins with a byte above 127. */
    private static long decode(byte[] value) {
        Varints.Reader in = new Varints.Reader(value);
        if (value.length == 1 || (value[0] & 0x80) != 0) {
            return in.readLong();
        }
        int version = in.readByte();
        if (version != VERSION) {
            throw new IllegalStateException("the time of a source is of version " + version + ", this program reads "
                    + VERSION + ": upgrade Driftline, or start with new state");
        }
        return in.readLong();
    }

    private Map<String, Long> read() {
        int prefix = SourceKeys.SEEN.length;
        store.scan(
                SourceKeys.SEEN,
                (key, value) -> stored.put(
                        new String(key, prefix, key.length - prefix, StandardCharsets.UTF_8), decode(value)));
        Map<String, Long> byAge = new LinkedHashMap<>(16, 0.75f, true);
        stored.entrySet().stream().sorted(Map.Entry.comparingByValue()).forEach(entry -> {
            byAge.put(entry.getKey(), entry.getValue());
            heap.add(bytes(entry.getKey()));
        });
        return byAge;
    }
}
