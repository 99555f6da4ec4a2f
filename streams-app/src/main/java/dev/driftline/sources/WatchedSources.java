package dev.driftline.sources;

import dev.driftline.drift.DriftSettings;
import dev.driftline.drift.SourceWatch;
import dev.driftline.heap.HeapBudget;
import dev.driftline.pages.PageStore;
import dev.driftline.source.SourceLimits;

/** The watches of the sources of one partition. */
public final class WatchedSources extends SourceStates<SourceWatch> {

    /** Store of what is known of watched sources. */
    public static final String STORE = "watched-sources";

    /** Heap of one, about. */
    private static final long BYTES = 30 << 10;

    private static final int DECODED = 256;

    private final DriftSettings settings;

    /** As the other constructor, with a budget of its own. */
    public WatchedSources(PageStore store, DriftSettings settings, SourceLimits limits) {
        this(store, settings, limits, new HeapBudget());
    }

    /** @param heap what those that are decoded may take */
    public WatchedSources(PageStore store, DriftSettings settings, SourceLimits limits, HeapBudget heap) {
        super(store, limits, DECODED, BYTES, heap);
        this.settings = settings;
    }

    @Override
    SourceWatch fresh() {
        return new SourceWatch(settings);
    }

    @Override
    byte[] encode(SourceWatch watch) {
        return watch.encode();
    }

    @Override
    SourceWatch decode(byte[] bytes) {
        return SourceWatch.decode(settings, bytes);
    }
}
