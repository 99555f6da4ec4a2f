package dev.driftline.sources;

import dev.driftline.filter.SourceQuantiles;
import dev.driftline.ngram.PageStore;
import dev.driftline.source.SourceLimits;

/** The quantiles of the sources of one partition. Each takes about 7 KB. */
public final class FilterSources extends SourceStates<SourceQuantiles> {

    /** Store of how surprising the documents of each source were, for the percentiles of the filter. */
    public static final String STORE = "filter-quantiles";

    private static final int DECODED = 1024;

    public FilterSources(PageStore store, SourceLimits limits) {
        super(store, limits, DECODED);
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
