package dev.driftline.sources;

import dev.driftline.codec.Varints;
import dev.driftline.config.MisconfiguredException;
import dev.driftline.drift.ReferenceModel;
import dev.driftline.mixture.CommonWeights;
import dev.driftline.mixture.MixtureSettings;
import dev.driftline.mixture.SourceModel;
import dev.driftline.ngram.PageStore;
import dev.driftline.store.WriteBackCache;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The caches, mixture weights and frozen references of the sources of one partition, those used lately decoded.
 *
 * <p>Documents of one source that come through several partitions have as many caches and weights: publish them with the
 * source as the key to have one. The n-gram counts are the same for all, whatever the partition.
 *
 * <p>A source is stored under its name and a number: 0 for the header, then its segments, of which a commit writes only
 * those with new tokens; the last number is its reference.
 *
 * <p>There are at most as many sources as {@link SourceLimits} says. One that is forgotten, for want of room or because
 * nothing came of it for long, is new when it comes back: empty caches, the weights that others have learned, and a
 * reference that is learned from what comes then.
 */
public final class SourceModels implements WriteBackCache {

    /** Store of caches and mixture weights by source. */
    public static final String STORE = "sources";

    /** A full source takes about 1 MB of heap. */
    private static final int DECODED = 64;

    /** No source has a name of that length: the other keys begin with the length of a name. */
    private static final byte[] COMMON = {(byte) 0xFF, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF};

    private static final int REFERENCE = 0xFFFF;

    private static final int FORGOTTEN_AT_ONCE = 100;

    private final PageStore store;
    private final MixtureSettings settings;
    private final SourceIndex index;
    private final int referenceTokens;
    /** Of this partition; null until it is read. */
    private CommonWeights common;

    private final LinkedHashMap<String, SourceModel> sources = new LinkedHashMap<>(16, 0.75f, true);
    private final LinkedHashMap<String, ReferenceModel> references = new LinkedHashMap<>(16, 0.75f, true);

    /** @param referenceTokens from how many tokens of a source its reference is learned; 0 where none is wanted */
    public SourceModels(PageStore store, MixtureSettings settings, SourceLimits limits, int referenceTokens) {
        this.store = store;
        this.settings = settings;
        this.referenceTokens = referenceTokens;
        index = new SourceIndex(store, limits);
    }

    /** The number of sources. */
    int size() {
        return index.size();
    }

    /**
     * What is known of {@code name}; a new source where nothing is.
     *
     * @param now milliseconds since 1970
     */
    public SourceModel get(String name, long now) {
        index.touch(name, now).ifPresent(this::remove);
        SourceModel source = sources.get(name);
        if (source == null) {
            source = read(name);
            sources.put(name, source);
            if (sources.size() > DECODED) {
                Iterator<Map.Entry<String, SourceModel>> eldest =
                        sources.entrySet().iterator();
                Map.Entry<String, SourceModel> entry = eldest.next();
                write(entry.getKey(), entry.getValue());
                eldest.remove();
            }
        }
        return source;
    }

    /** The frozen reference of a source that has just been {@link #get got}; null where none is wanted. */
    public ReferenceModel referenceOrNull(String name) {
        if (referenceTokens == 0) {
            return null;
        }
        ReferenceModel reference = references.get(name);
        if (reference == null) {
            byte[] stored = store.get(key(prefix(name), REFERENCE));
            reference = stored == null
                    ? new ReferenceModel(referenceTokens)
                    : ReferenceModel.decode(referenceTokens, stored);
            references.put(name, reference);
            if (references.size() > DECODED) {
                Iterator<Map.Entry<String, ReferenceModel>> eldest =
                        references.entrySet().iterator();
                Map.Entry<String, ReferenceModel> entry = eldest.next();
                write(entry.getKey(), entry.getValue());
                eldest.remove();
            }
        }
        return reference;
    }

    /** Forgets sources of which nothing has come for long; called now and then. */
    public void forgetIdle(long now) {
        index.idle(now, FORGOTTEN_AT_ONCE).forEach(this::remove);
    }

    private void remove(String name) {
        sources.remove(name);
        references.remove(name);
        List<byte[]> keys = new ArrayList<>();
        store.scan(prefix(name), (key, value) -> keys.add(key));
        keys.forEach(key -> store.put(key, null));
    }

    @Override
    public void writeBack() {
        sources.forEach(this::write);
        references.forEach(this::write);
        index.writeBack();
        if (common != null && common.isDirty()) {
            store.put(COMMON, common.encode());
            common.markStored();
        }
    }

    @Override
    public void forget() {
        sources.clear();
        references.clear();
        index.forget();
        common = null;
    }

    /** What is known of {@code name}, in its stored form; for a reader that holds the store's monitor. */
    public SourceState state(int partition, String name) {
        byte[][] segments = new byte[SourceModel.segmentSlots(settings)][];
        Arrays.fill(segments, new byte[0]);
        byte[] header = new byte[0];
        long tokens = 0;
        byte[] prefix = prefix(name);
        SourceModel decoded = sources.get(name);
        byte[] stored = decoded == null ? store.get(key(prefix, 0)) : null;
        if (decoded != null && decoded.tokens() > 0) {
            header = decoded.header();
            tokens = decoded.tokens();
            for (int slot : decoded.segmentsInUse()) {
                segments[slot] = decoded.segment(slot);
            }
        } else if (stored != null) {
            header = stored;
            for (int slot = 0; slot < segments.length; slot++) {
                byte[] segment = store.get(key(prefix, slot + 1));
                segments[slot] = segment == null ? segments[slot] : segment;
            }
            tokens = SourceModel.restore(common(), header, slot -> segments[slot].length == 0 ? null : segments[slot])
                    .tokens();
        }
        return new SourceState(partition, tokens, header, List.of(segments), common().encode());
    }

    private CommonWeights common() {
        if (common == null) {
            byte[] stored = store.get(COMMON);
            common = stored == null ? new CommonWeights(settings) : CommonWeights.decode(settings, stored);
        }
        return common;
    }

    private SourceModel read(String name) {
        byte[] prefix = prefix(name);
        byte[] header = store.get(key(prefix, 0));
        if (header == null) {
            return new SourceModel(common());
        }
        try {
            return SourceModel.restore(common(), header, slot -> store.get(key(prefix, slot + 1)));
        } catch (IllegalStateException e) {
            throw new MisconfiguredException("the state of source '" + name + "': " + e.getMessage(), e);
        }
    }

    private void write(String name, SourceModel source) {
        if (source.isDirty()) {
            byte[] prefix = prefix(name);
            for (int slot : source.dirtySegments()) {
                store.put(key(prefix, slot + 1), source.segment(slot));
            }
            store.put(key(prefix, 0), source.header());
            source.markStored();
        }
    }

    private void write(String name, ReferenceModel reference) {
        if (reference.isDirty()) {
            store.put(key(prefix(name), REFERENCE), reference.encode());
            reference.markStored();
        }
    }

    /** The name with its length in front, so that no key is the beginning of another. */
    private static byte[] prefix(String name) {
        Varints.Writer key = new Varints.Writer(name.length() + 8);
        key.writeBytes(name.getBytes(StandardCharsets.UTF_8));
        return key.toByteArray();
    }

    private static byte[] key(byte[] prefix, int number) {
        byte[] key = Arrays.copyOf(prefix, prefix.length + 2);
        key[prefix.length] = (byte) (number >>> 8);
        key[prefix.length + 1] = (byte) number;
        return key;
    }
}
