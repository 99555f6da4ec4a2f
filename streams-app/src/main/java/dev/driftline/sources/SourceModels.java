package dev.driftline.sources;

import dev.driftline.config.MisconfiguredException;
import dev.driftline.drift.ReferenceModel;
import dev.driftline.heap.HeapBudget;
import dev.driftline.heap.HeapUse;
import dev.driftline.mixture.MixtureSettings;
import dev.driftline.pages.PageStore;
import dev.driftline.scoring.DocumentTokens;
import dev.driftline.source.SourceKeys;
import dev.driftline.source.SourceLimits;
import dev.driftline.source.SourceModel;
import dev.driftline.source.SourceStore;
import dev.driftline.source.UnreadableSourceException;
import dev.driftline.store.WriteBackCache;
import dev.driftline.store.WriteBackMap;
import java.util.Optional;

/**
 * The caches, mixture weights and frozen references of the sources of one partition.
 *
 * <p>Documents of one source that come through several partitions have as many caches and weights: publish them with the
 * source as the key to have one. The n-gram counts are the same in every partition.
 *
 * <p>A source that was evicted is new when it comes back, and its reference is learned from what comes then.
 */
public final class SourceModels implements WriteBackCache {

    /** Store of caches and mixture weights by source. */
    public static final String STORE = "sources";

    /** References kept decoded. */
    private static final int DECODED = 64;

    private final SourceStore sources;
    private final WriteBackMap<String, ReferenceModel> references;
    private final int referenceTokens;

    /** As the other constructor, with a budget of its own. */
    public SourceModels(PageStore store, MixtureSettings settings, SourceLimits limits, int referenceTokens) {
        this(store, settings, limits, referenceTokens, new HeapBudget());
    }

    /**
     * @param referenceTokens from how many tokens of a source its reference is learned; 0 where none is wanted
     * @param heap what those that are decoded may take
     */
    public SourceModels(
            PageStore store, MixtureSettings settings, SourceLimits limits, int referenceTokens, HeapBudget heap) {
        this.referenceTokens = referenceTokens;
        sources = new SourceStore(store, settings, limits, heap);
        references = new WriteBackMap<>(
                store, new ReferenceCodec(), DECODED, heap.account(HeapUse.SOURCE_STATES), ReferenceModel::heapBytes);
        sources.onEviction(references::remove);
    }

    /** The number of sources. */
    int size() {
        return sources.size();
    }

    /**
     * What is known of {@code name}; a new source where nothing is.
     *
     * @param now milliseconds since 1970
     * @throws MisconfiguredException if what is stored of it was written with other settings
     */
    public SourceModel get(String name, long now) {
        try {
            return sources.get(name, now);
        } catch (UnreadableSourceException e) {
            throw new MisconfiguredException(e.getMessage(), e);
        }
    }

    /** The reference of a source that has just been {@link #get got}; empty where none is wanted. */
    public Optional<ReferenceModel> reference(String name) {
        if (referenceTokens == 0) {
            return Optional.empty();
        }
        ReferenceModel reference = references.get(name);
        return Optional.of(reference == null ? new ReferenceModel(referenceTokens) : reference);
    }

    /** Has the reference of a source learn a document, unless it is frozen or none is wanted. */
    public void teachReference(String name, DocumentTokens document) {
        reference(name).filter(reference -> !reference.isFrozen()).ifPresent(reference -> {
            reference.learn(document);
            references.put(name, reference);
        });
    }

    /**
     * Has the caches of a source lose a document that is taken out of the model.
     *
     * @param now milliseconds since 1970
     */
    public void retract(String name, DocumentTokens document, long now) {
        sources.retract(name, document, now);
    }

    /** Drops everything that is known of a source: its caches, its weights, and its reference. */
    public void remove(String name) {
        sources.remove(name);
    }

    /** Evicts sources that have been idle for too long, some at a time; to be called now and then. */
    public void evictIdle(long now) {
        sources.evictIdle(now);
    }

    @Override
    public void writeBack() {
        sources.writeBack();
        references.writeBack();
    }

    @Override
    public void forget() {
        sources.forget();
        references.forget();
    }

    /** What is known of {@code name}, in its stored form; for a reader whose turn it is to use the store. */
    public SourceState state(int partition, String name) {
        return new SourceState(partition, sources.stored(name));
    }

    private final class ReferenceCodec implements WriteBackMap.Codec<String, ReferenceModel> {

        @Override
        public byte[] encodeKey(String source) {
            return SourceKeys.reference(source);
        }

        @Override
        public String decodeKey(byte[] bytes) {
            return SourceKeys.source(bytes);
        }

        @Override
        public byte[] encodeValue(ReferenceModel reference) {
            return reference.encode();
        }

        @Override
        public ReferenceModel decodeValue(String source, byte[] bytes) {
            return ReferenceModel.decode(referenceTokens, bytes);
        }
    }
}
