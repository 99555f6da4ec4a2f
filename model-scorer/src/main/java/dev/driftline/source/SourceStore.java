package dev.driftline.source;

import dev.driftline.heap.HeapAccount;
import dev.driftline.heap.HeapBudget;
import dev.driftline.heap.HeapUse;
import dev.driftline.mixture.CommonWeights;
import dev.driftline.mixture.MixtureSettings;
import dev.driftline.pages.PageStore;
import dev.driftline.scoring.DocumentTokens;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The caches and mixture weights of sources, all of them in a store, those used lately decoded.
 *
 * <p>A source is stored under its name and a number ({@link SourceKeys}): a header, then segments, of which a write-back
 * writes only those with new tokens. There are at most as many sources as {@link SourceLimits} says. One that was evicted, for
 * want of room or because it was idle, is new when it comes back: empty caches, and the weights that others have learned.
 *
 * <p>Not thread-safe: whoever uses it from several threads has the store's turn.
 */
public final class SourceStore {

    private static final int EVICTED_AT_ONCE = 100;

    private static final byte[] NOTHING = {};

    private final PageStore pages;
    private final MixtureSettings settings;
    private final SourceIndex index;
    private final List<Consumer<String>> evictionListeners = new ArrayList<>();
    private final LinkedHashMap<String, SourceModel> decoded = new LinkedHashMap<>(16, 0.75f, true);
    private final HeapAccount heap;
    /** Bytes of each of those that are decoded. */
    private final Map<String, Long> weights = new HashMap<>();

    private String last = "";
    private @Nullable CommonWeights common;

    /** As the other constructor, with a budget of its own: for a model that ends with its corpus. */
    public SourceStore(PageStore pages, MixtureSettings settings, SourceLimits limits) {
        this(pages, settings, limits, new HeapBudget());
    }

    /** @param budget past {@link HeapUse#SOURCES} of it, the sources used longest ago are written and dropped */
    public SourceStore(PageStore pages, MixtureSettings settings, SourceLimits limits, HeapBudget budget) {
        this.pages = pages;
        this.settings = settings;
        index = new SourceIndex(pages, limits, budget);
        heap = budget.account(HeapUse.SOURCES);
    }

    /**
     * The weights in a store that is only read, as far as they fit {@code settings}; empty where nothing was learned.
     *
     * @throws IllegalStateException if another version wrote them
     */
    public static Optional<CommonWeights> weights(PageStore pages, MixtureSettings settings) {
        return Optional.ofNullable(pages.get(SourceKeys.COMMON))
                .map(stored -> CommonWeights.decodeForReading(settings, stored));
    }

    /** Has {@code listener} told of every source that is evicted: all that the store has under its prefix is gone. */
    public void onEviction(Consumer<String> listener) {
        evictionListeners.add(listener);
    }

    /** The number of sources. */
    public int size() {
        return index.size();
    }

    /**
     * The source called {@code name}; a new one where nothing is known of it.
     *
     * @param now milliseconds since 1970
     * @throws UnreadableSourceException if what is stored of it cannot be read
     */
    public SourceModel get(String name, long now) {
        index.touch(name, now).ifPresent(this::evict);
        // What was used last has grown since.
        weigh(last);
        SourceModel source = decoded.get(name);
        if (source == null) {
            source = read(name);
            decoded.put(name, source);
            weigh(name);
        }
        last = name;
        while (heap.isOver() && decoded.size() > 1) {
            Iterator<Map.Entry<String, SourceModel>> entries =
                    decoded.entrySet().iterator();
            Map.Entry<String, SourceModel> eldest = entries.next();
            write(eldest.getKey(), eldest.getValue());
            entries.remove();
            weigh(eldest.getKey());
        }
        return source;
    }

    /**
     * Has the caches of a source lose a document, if anything is known of the source: {@link SourceModel#retract}.
     *
     * @param now milliseconds since 1970
     * @return how many of its tokens the caches held
     * @throws UnreadableSourceException if what is stored of it cannot be read
     */
    public int retract(String name, DocumentTokens document, long now) {
        boolean isKnown = decoded.containsKey(name) || pages.get(SourceKeys.header(name)) != null;
        return isKnown ? get(name, now).retract(document) : 0;
    }

    private void weigh(String name) {
        // It is the one used last, or gone: this changes no order.
        SourceModel source = decoded.get(name);
        Long before = source == null ? weights.remove(name) : weights.put(name, source.heapBytes());
        Long after = weights.get(name);
        heap.add((after == null ? 0 : after) - (before == null ? 0 : before));
    }

    /** Evicts sources that have been idle for too long, some at a time; to be called now and then. */
    public void evictIdle(long now) {
        index.idle(now, EVICTED_AT_ONCE).forEach(this::evict);
    }

    /** Drops everything that is known of a source, which is new when it comes back. What others have learned with it stays. */
    public void remove(String name) {
        index.remove(name);
        evict(name);
    }

    private void evict(String name) {
        decoded.remove(name);
        weigh(name);
        List<byte[]> keys = new ArrayList<>();
        pages.scan(SourceKeys.prefix(name), (key, value) -> keys.add(key));
        keys.forEach(key -> pages.put(key, null));
        evictionListeners.forEach(listener -> listener.accept(name));
    }

    /** Puts everything that was learned into the store. */
    public void writeBack() {
        decoded.forEach(this::write);
        index.writeBack();
        if (common != null && common.isDirty()) {
            pages.put(SourceKeys.COMMON, common.encode());
            common.markStored();
        }
    }

    /** Drops what is decoded, also what was never written back. */
    public void forget() {
        decoded.clear();
        weights.clear();
        heap.close();
        index.forget();
        common = null;
    }

    /** What is known of {@code name} now, written back or not. */
    public StoredSource stored(String name) {
        byte[][] segments = new byte[SourceModel.segmentSlots(settings)][];
        Arrays.fill(segments, NOTHING);
        byte[] header = NOTHING;
        long tokens = 0;
        SourceModel source = decoded.get(name);
        byte[] stored = source == null ? pages.get(SourceKeys.header(name)) : null;
        if (source != null && source.tokens() > 0) {
            header = source.header();
            tokens = source.tokens();
            for (int slot : source.segmentsInUse()) {
                segments[slot] = source.segment(slot);
            }
        } else if (stored != null) {
            header = stored;
            for (int slot = 0; slot < segments.length; slot++) {
                segments[slot] = segment(name, slot);
            }
            tokens = SourceModel.restore(common(), header, slot -> segments[slot])
                    .tokens();
        }
        return new StoredSource(tokens, header, List.of(segments), common().encode());
    }

    private CommonWeights common() {
        if (common == null) {
            byte[] stored = pages.get(SourceKeys.COMMON);
            common = stored == null ? new CommonWeights(settings) : CommonWeights.decode(settings, stored);
        }
        return common;
    }

    private SourceModel read(String name) {
        byte[] header = pages.get(SourceKeys.header(name));
        if (header == null) {
            return new SourceModel(common());
        }
        try {
            return SourceModel.restore(common(), header, slot -> segment(name, slot));
        } catch (IllegalStateException e) {
            throw new UnreadableSourceException(name, e);
        }
    }

    private byte[] segment(String name, int slot) {
        byte[] stored = pages.get(SourceKeys.segment(name, slot));
        return stored == null ? NOTHING : stored;
    }

    private void write(String name, SourceModel source) {
        if (source.isDirty()) {
            if (source.isRewritten()) {
                // Of what was taken out nothing must stay in the store.
                for (int slot = 0; slot < SourceModel.segmentSlots(settings); slot++) {
                    pages.put(SourceKeys.segment(name, slot), null);
                }
            }
            for (int slot : source.dirtySegments()) {
                pages.put(SourceKeys.segment(name, slot), source.segment(slot));
            }
            pages.put(SourceKeys.header(name), source.header());
            source.markStored();
        }
    }
}
