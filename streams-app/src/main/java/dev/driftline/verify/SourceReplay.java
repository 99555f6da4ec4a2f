package dev.driftline.verify;

import dev.driftline.pages.PageStore;
import dev.driftline.scoring.DocumentTokens;
import dev.driftline.source.SourceLimits;
import dev.driftline.source.SourceModel;
import dev.driftline.source.SourceStore;
import dev.driftline.topology.TopologySettings;
import dev.driftline.verify.order.GatherOrder;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntFunction;

/**
 * The caches and weights of the sources, replayed for each partition in the order in which its documents were scored. It ends,
 * with the reason, where that is not known any more: where a network took part, where sources may have been evicted, or where
 * the order is gone.
 */
final class SourceReplay {

    private final TopologySettings settings;
    private final IntFunction<PageStore> stores;
    private final Map<Integer, SourceStore> partitions = new HashMap<>();
    private final Map<Integer, Long> firstScored = new HashMap<>();
    private Optional<String> ended = Optional.empty();

    /** @param stores an empty store for each partition of the inputs */
    SourceReplay(TopologySettings settings, IntFunction<PageStore> stores) {
        this.settings = settings;
        this.stores = stores;
    }

    /** Why sources are not replayed any more; empty while they are. */
    Optional<String> ended() {
        return ended;
    }

    /** Ends it; a reason that was given before stays. */
    void end(String why) {
        if (ended.isEmpty()) {
            ended = Optional.of(why);
        }
    }

    /** Ends it if an order begins after the first document. */
    void require(GatherOrder order, int count) {
        for (int partition = 0; partition < count; partition++) {
            if (!order.isWhole(partition)) {
                end(
                        "the oldest replies of shards have been deleted by retention, so that the order in which documents were"
                                + " scored is not known");
            }
        }
    }

    /**
     * Has a source lose a document that was taken out, or all that is known of it.
     *
     * @param whole whether all that is known of the source is dropped
     */
    void retract(int partition, String name, DocumentTokens document, boolean whole, long at) {
        if (whole) {
            SourceStore store = partitions.get(partition);
            if (store != null) {
                store.remove(name);
            }
        } else {
            source(partition, name, at).ifPresent(source -> source.retract(document));
        }
    }

    /**
     * The source of a document, as it was when the document was scored.
     *
     * @param partition of the task that scores the document
     * @param scoredAt when that was, milliseconds since 1970
     * @return empty where that is not known
     */
    Optional<SourceModel> source(int partition, String name, long scoredAt) {
        long idle = settings.sources().idleMs();
        long since = scoredAt - firstScored.computeIfAbsent(partition, p -> scoredAt);
        if (since > idle) {
            end("more than " + idle + " ms lie between two documents, after which idle sources are evicted");
        }
        if (ended.isPresent()) {
            return Optional.empty();
        }
        SourceStore store = partitions.computeIfAbsent(
                partition, p -> new SourceStore(stores.apply(p), settings.mixture(), SourceLimits.NONE));
        SourceModel source = store.get(name, scoredAt);
        if (store.size() > settings.sources().most()) {
            end("there were more than " + settings.sources().most() + " sources, and some were evicted");
            return Optional.empty();
        }
        return Optional.of(source);
    }
}
