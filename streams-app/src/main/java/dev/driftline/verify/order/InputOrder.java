package dev.driftline.verify.order;

import dev.driftline.topics.Topic;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Where the one shard's task reads the inputs itself: it takes documents in by their offsets. Where both inputs have records,
 * which of them came first is not written anywhere but in the order of the scores; a document without one is taken to have come
 * just before the next one of its topic that has one.
 */
public final class InputOrder implements LearnedOrder {

    private final long[] counted;
    private final long[] ends;
    private final long[] next = new long[2];
    private final Supplier<@Nullable Place> scores;
    private boolean scored = true;
    private @Nullable Place score;

    /**
     * @param counted the offset after the last record that the state contains, of {@link Topic#DOCUMENTS} and {@link Topic#TEXT}
     * @param ends the offsets after the last records that were read when the end was fixed, as {@code counted}
     * @param scores the documents by the order of their scores, null at the end; asked only where both inputs have records
     */
    public InputOrder(long[] counted, long[] ends, Supplier<@Nullable Place> scores) {
        this.counted = counted.clone();
        this.ends = ends.clone();
        this.scores = scores;
    }

    @Override
    public boolean namesDocumentsOnly() {
        return false;
    }

    @Override
    public @Nullable Place next(int shard) {
        if (next[0] >= counted[0]) {
            return take(1, counted[1]);
        }
        if (next[1] >= counted[1]) {
            return take(0, counted[0]);
        }
        while (scored) {
            if (score == null) {
                score = scores.get();
                scored = score != null;
            } else {
                int topic = score.isText() ? 1 : 0;
                if (next[topic] <= score.offset()) {
                    Place place = take(topic, Math.min(counted[topic], score.offset() + 1));
                    if (place != null) {
                        return place;
                    }
                }
                score = null;
            }
        }
        return take(0, counted[0]);
    }

    @Override
    public @Nullable Place nextUnderWay(int shard) {
        Place document = take(0, ends[0]);
        return document != null ? document : take(1, ends[1]);
    }

    private @Nullable Place take(int topic, long end) {
        return next[topic] < end ? new Place(topic == 1, 0, next[topic]++) : null;
    }

    @Override
    public long done(int shard) {
        return next[0] + next[1];
    }

    @Override
    public long total(int shard) {
        return counted[0] + counted[1];
    }

    @Override
    public void close() {}
}
