package dev.driftline.sources;

import dev.driftline.heap.HeapBudget;
import dev.driftline.heap.HeapUse;
import dev.driftline.pages.PageStore;
import dev.driftline.source.SourceIndex;
import dev.driftline.source.SourceKeys;
import dev.driftline.source.SourceLimits;
import dev.driftline.store.WriteBackCache;
import dev.driftline.store.WriteBackMap;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * One state for each source of a partition, those used lately decoded, at most as many as {@link SourceLimits} says. A source
 * that was evicted is new when it comes back.
 */
abstract class SourceStates<S> implements WriteBackCache {

    private static final int EVICTED_AT_ONCE = 500;

    private final WriteBackMap<String, S> states;
    private final SourceIndex index;
    private Consumer<String> evictionListener = source -> {};

    /**
     * @param decoded the most states that are kept decoded
     * @param bytes heap of each, about
     * @param heap what they may take
     */
    SourceStates(PageStore store, SourceLimits limits, int decoded, long bytes, HeapBudget heap) {
        states = new WriteBackMap<>(store, new Codec(), decoded, heap.account(HeapUse.SOURCE_STATES), state -> bytes);
        index = new SourceIndex(store, limits, heap);
    }

    /** The state of a new source. */
    abstract S fresh();

    /** The stored form. */
    abstract byte[] encode(S state);

    /** The state that {@link #encode} wrote. */
    abstract S decode(byte[] bytes);

    /** Has {@code listener}, in the place of another, told of every source that is evicted. */
    public final void onEviction(Consumer<String> listener) {
        evictionListener = listener;
    }

    /** The names of the sources. */
    public final List<String> names() {
        return index.names();
    }

    /** What is known of {@code source}, to be looked at; it does not count as a use. Empty where nothing is known. */
    public final Optional<S> peek(String source) {
        return Optional.ofNullable(states.peek(source));
    }

    private void evict(String source) {
        states.remove(source);
        evictionListener.accept(source);
    }

    /** What is known of {@code source}, to be changed and {@link #update}d; {@code now} in milliseconds since 1970. */
    public final S get(String source, long now) {
        index.touch(source, now).ifPresent(this::evict);
        S known = states.get(source);
        return known == null ? fresh() : known;
    }

    public final void update(String source, S state) {
        states.put(source, state);
    }

    /** Lets go of what is known of {@code source}; does nothing where nothing is known. */
    public final void remove(String source) {
        index.remove(source);
        evict(source);
    }

    /** Evicts sources that have been idle for too long, some at a time; to be called now and then. */
    public final void evictIdle(long now) {
        index.idle(now, EVICTED_AT_ONCE).forEach(this::evict);
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

    /** The keys of the states, beside those of the {@link SourceIndex}. */
    private final class Codec implements WriteBackMap.Codec<String, S> {

        @Override
        public byte[] encodeKey(String source) {
            return SourceKeys.prefix(source);
        }

        @Override
        public String decodeKey(byte[] bytes) {
            return SourceKeys.source(bytes);
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
