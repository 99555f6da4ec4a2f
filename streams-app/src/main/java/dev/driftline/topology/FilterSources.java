package dev.driftline.topology;

import dev.driftline.codec.Varints;
import dev.driftline.filter.SourceQuantiles;
import dev.driftline.ngram.PageStore;
import dev.driftline.store.WriteBackCache;
import dev.driftline.store.WriteBackMap;
import java.nio.charset.StandardCharsets;

/**
 * The quantiles of the sources of one partition, those used lately decoded, at most as many as {@link SourceLimits} says.
 * Each takes about 7 KB.
 */
final class FilterSources implements WriteBackCache {

    private static final int DECODED = 1024;
    private static final int FORGOTTEN_AT_ONCE = 500;

    private final WriteBackMap<String, SourceQuantiles> sources;
    private final SourceIndex index;

    FilterSources(PageStore store, SourceLimits limits) {
        sources = new WriteBackMap<>(store, new Codec(), DECODED);
        index = new SourceIndex(store, limits);
    }

    /** What is known of {@code name}, to be changed and {@link #update}d; {@code now} in milliseconds since 1970. */
    SourceQuantiles get(String name, long now) {
        index.touch(name, now).ifPresent(sources::remove);
        SourceQuantiles known = sources.get(name);
        return known == null ? new SourceQuantiles() : known;
    }

    void update(String name, SourceQuantiles quantiles) {
        sources.put(name, quantiles);
    }

    /** Forgets sources of which nothing has come for long; called now and then. */
    void forgetIdle(long now) {
        index.idle(now, FORGOTTEN_AT_ONCE).forEach(sources::remove);
    }

    /** The number of sources. */
    int size() {
        return index.size();
    }

    @Override
    public void writeBack() {
        sources.writeBack();
        index.writeBack();
    }

    @Override
    public void forget() {
        sources.forget();
        index.forget();
    }

    /** Keys begin with the length of a name, as {@link SourceIndex} has it. */
    private static final class Codec implements WriteBackMap.Codec<String, SourceQuantiles> {

        @Override
        public byte[] encodeKey(String name) {
            Varints.Writer key = new Varints.Writer(name.length() + 8);
            key.writeBytes(name.getBytes(StandardCharsets.UTF_8));
            return key.toByteArray();
        }

        @Override
        public String decodeKey(byte[] bytes) {
            return new String(new Varints.Reader(bytes).readBytes(), StandardCharsets.UTF_8);
        }

        @Override
        public byte[] encodeValue(SourceQuantiles quantiles) {
            return quantiles.encode();
        }

        @Override
        public SourceQuantiles decodeValue(String name, byte[] bytes) {
            return SourceQuantiles.decode(bytes);
        }
    }
}
