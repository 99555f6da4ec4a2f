package dev.driftline.recall;

import dev.driftline.input.DocumentOrigin;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;

/** Places of records: about a bit for each offset, however many there are. For one thread. */
final class OffsetSet {

    private static final int CHUNK_BITS = 16;

    private record Chunk(String topic, int partition, long number) {}

    private final Map<Chunk, BitSet> chunks = new HashMap<>();

    void add(DocumentOrigin place) {
        chunks.computeIfAbsent(chunk(place), chunk -> new BitSet()).set(bit(place));
    }

    boolean contains(DocumentOrigin place) {
        BitSet chunk = chunks.get(chunk(place));
        return chunk != null && chunk.get(bit(place));
    }

    private static Chunk chunk(DocumentOrigin place) {
        return new Chunk(place.topic(), place.partition(), place.offset() >> CHUNK_BITS);
    }

    private static int bit(DocumentOrigin place) {
        return (int) (place.offset() & ((1 << CHUNK_BITS) - 1));
    }
}
