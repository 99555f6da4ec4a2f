package dev.driftline.sources;

import dev.driftline.codec.Varints;
import dev.driftline.ngram.PageStore;
import dev.driftline.store.WriteBackCache;
import dev.driftline.store.WriteBackMap;
import java.nio.charset.StandardCharsets;

/**
 * One state for each source of a partition, those used lately decoded, at most as many as {@link SourceLimits} says. A source
 * that is forgotten is new when it comes back.
 */
abstract class SourceStates<S> implements WriteBackCache {

    private static final int FORGOTTEN_AT_ONCE = 500;

    private final WriteBackMap<String, S> states;
    private final SourceIndex index;

    /** @param decoded the most states that are kept decoded */
    SourceStates(PageStore store, SourceLimits limits, int decoded) {
        states = new WriteBackMap<>(store, new Codec(), decoded);
        index = new SourceIndex(store, limits);
    }

    /** The state of a source of which nothing is known. */
    abstract S fresh();

    /** The stored form. */
    abstract byte[] encode(S state);

    /** The state that {@link #encode} wrote. */
    abstract S decode(byte[] bytes);

    /** What is known of {@code source}, to be changed and {@link #update}d; {@code now} in milliseconds since 1970. */
    public final S get(String source, long now) {
        index.touch(source, now).ifPresent(states::remove);
        S known = states.get(source);
        return known == null ? fresh() : known;
    }

    public final void update(String source, S state) {
        states.put(source, state);
    }

    /** Forgets sources of which nothing has come for long; called now and then. */
    public final void forgetIdle(long now) {
        index.idle(now, FORGOTTEN_AT_ONCE).forEach(states::remove);
    }

    /** The number of sources. */
    final int size() {
        return index.size();
    }

    @Override
    public final void writeBack() {
        states.writeBack();
        index.writeBack();
    }

    @Override
    public final void forget() {
        states.forget();
        index.forget();
    }

    /** Keys begin with the length of a name, as {@link SourceIndex} has it. */
    private final class Codec implements WriteBackMap.Codec<String, S> {

        @Override
        public byte[] encodeKey(String source) {
            Varints.Writer key = new Varints.Writer(source.length() + 8);
            key.writeBytes(source.getBytes(StandardCharsets.UTF_8));
            return key.toByteArray();
        }

        @Override
        public String decodeKey(byte[] bytes) {
            return new String(new Varints.Reader(bytes).readBytes(), StandardCharsets.UTF_8);
        }

        @Override
        public byte[] encodeValue(S state) {
            return encode(state);
        }

        @Override
        public S decodeValue(String source, byte[] bytes) {
            return decode(bytes);
        }
    }
}
