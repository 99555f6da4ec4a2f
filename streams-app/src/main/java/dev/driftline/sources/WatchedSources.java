package dev.driftline.sources;

import dev.driftline.drift.DriftSettings;
import dev.driftline.drift.SourceWatch;
import dev.driftline.ngram.PageStore;
import dev.driftline.source.SourceLimits;

/** The watches of the sources of one partition. */
public final class WatchedSources extends SourceStates<SourceWatch> {

    /** Store of what is known of watched sources. */
    public static final String STORE = "watched-sources";

    /** Some 30 KB of heap each. */
    private static final int DECODED = 256;

    private final DriftSettings settings;

    public WatchedSources(PageStore store, DriftSettings settings, SourceLimits limits) {
        super(store, limits, DECODED);
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
