package dev.driftline.topology;

import dev.driftline.codec.Varints;
import dev.driftline.drift.DriftSettings;
import dev.driftline.drift.SourceWatch;
import dev.driftline.ngram.PageStore;
import dev.driftline.store.WriteBackCache;
import dev.driftline.store.WriteBackMap;
import java.nio.charset.StandardCharsets;

/**
 * The watched sources of one partition, those used lately decoded, at most as many as {@link SourceLimits} says. One that
 * was forgotten is new when it comes back: it is compared with what comes then, not with what it once was.
 */
final class WatchedSources implements WriteBackCache {

    /** Some 30 KB of heap each. */
    private static final int DECODED = 256;

    private static final int FORGOTTEN_AT_ONCE = 500;

    private final WriteBackMap<String, SourceWatch> sources;
    private final SourceIndex index;
    private final DriftSettings settings;

    WatchedSources(PageStore store, DriftSettings settings, SourceLimits limits) {
        this.settings = settings;
        sources = new WriteBackMap<>(store, new Codec(settings), DECODED);
        index = new SourceIndex(store, limits);
    }

    /** What is known of {@code name}, to be changed and {@link #update}d; {@code now} in milliseconds since 1970. */
    SourceWatch get(String name, long now) {
        index.touch(name, now).ifPresent(sources::remove);
        SourceWatch watch = sources.get(name);
        return watch == null ? new SourceWatch(settings) : watch;
    }

    void update(String name, SourceWatch watch) {
        sources.put(name, watch);
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
    private record Codec(DriftSettings settings) implements WriteBackMap.Codec<String, SourceWatch> {

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
        public byte[] encodeValue(SourceWatch watch) {
            return watch.encode();
        }

        @Override
        public SourceWatch decodeValue(String name, byte[] bytes) {
            return SourceWatch.decode(settings, bytes);
        }
    }
}
