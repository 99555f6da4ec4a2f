package dev.driftline.sources;

import dev.driftline.filter.SourceQuantiles;
import dev.driftline.heap.HeapBudget;
import dev.driftline.pages.PageStore;
import dev.driftline.source.SourceLimits;

/** The quantiles of the sources of one partition. Each takes about 7 KB. */
public final class FilterSources extends SourceStates<SourceQuantiles> {

    /** Store of how surprising the documents of each source were, for the percentiles of the filter. */
    public static final String STORE = "filter-quantiles";

    /** Heap of one, about. */
    private static final long BYTES = 7 << 10;

    private static final int DECODED = 1024;

    /** As the other constructor, with a budget of its own. */
    public FilterSources(PageStore store, SourceLimits limits) {
        this(store, limits, new HeapBudget());
    }

    /** @param heap what those that are decoded may take */
    public FilterSources(PageStore store, SourceLimits limits, HeapBudget heap) {
        super(store, limits, DECODED, BYTES, heap);
    }

    @Override
    SourceQuantiles fresh() {
        return new SourceQuantiles();
    }

    @Override
    byte[] encode(SourceQuantiles quantiles) {
        return quantiles.encode();
    }

    @Override
    SourceQuantiles decode(byte[] bytes) {
        return SourceQuantiles.decode(bytes);
    }
}
