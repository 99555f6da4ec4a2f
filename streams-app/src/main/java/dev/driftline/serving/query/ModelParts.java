package dev.driftline.serving.query;

import dev.driftline.mixture.MixtureSettings;
import dev.driftline.neural.NetworkReader;
import dev.driftline.neural.events.NeuralExpert;
import dev.driftline.neural.snapshot.Snapshot;
import dev.driftline.prefix.WordPrefix;
import dev.driftline.scoring.DocumentTokens;
import dev.driftline.scoring.ModelSettings;
import dev.driftline.scoring.Scatter;
import dev.driftline.serving.query.instances.InstanceQuery;
import dev.driftline.serving.query.instances.ShardAccess;
import dev.driftline.sources.SourceState;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The parts of a model that an answer is put together from. Thread-safe.
 *
 * @param settings of the counts
 * @param mixture of the sources
 * @param shards how many the counts have
 * @param access to the shards and sources, wherever they are
 * @param active the network that the stream scores with; empty where there is none
 * @param foreign the rows of a network whose words the counts may not know
 */
public record ModelParts(
        ModelSettings settings,
        MixtureSettings mixture,
        int shards,
        ShardAccess access,
        Supplier<Optional<Snapshot>> active,
        Function<Snapshot, BitSet> foreign) {

    /** The name under which a source is asked for that no instance has seen: no source has a control character in its name. */
    private static final String NEW_SOURCE = "\0new";

    /** The network as an expert of the mixture; empty where there is none, or the mixture has none. */
    Optional<Snapshot> network() {
        return mixture.hasNeural() ? active.get() : Optional.empty();
    }

    /** The query for a source. */
    static InstanceQuery.Source ofSource(Optional<String> source) {
        return new InstanceQuery.Source(source.orElse(NEW_SOURCE));
    }

    /** What is known of a source. */
    SourceState source(Optional<String> source) {
        return SourceState.decode(access.ask(List.of(ofSource(source))).get(0));
    }

    /** Adds the queries for a document, one a shard. */
    void addPeeks(DocumentTokens document, List<InstanceQuery> queries) {
        add(new Scatter(settings, shards).requests(0, 0, document, false, 0, List.of()), queries);
    }

    /**
     * Adds the queries for a document and what may follow its last sentence, one a shard.
     *
     * @param proposals how many next words each shard is to propose
     * @param candidates words to look at beside those
     * @param prefix what the words begin with that are wanted
     */
    void addProofs(
            DocumentTokens document,
            int proposals,
            List<String> candidates,
            WordPrefix prefix,
            List<InstanceQuery> queries) {
        add(new Scatter(settings, shards).proofs(document, proposals, candidates, prefix), queries);
    }

    private void add(byte[][] requests, List<InstanceQuery> queries) {
        for (int shard = 0; shard < shards; shard++) {
            queries.add(new InstanceQuery.Peek(shard, requests[shard]));
        }
    }

    /**
     * What a network says of a document.
     *
     * @param open whether it says what may come next, too
     */
    NeuralExpert expert(Snapshot snapshot, NetworkReader reader, DocumentTokens document, boolean open) {
        BitSet rows = foreign.apply(snapshot);
        int[] encoded = snapshot.network().vocabulary().encode(document);
        return new NeuralExpert(
                snapshot.network(),
                reader.score(List.of(encoded), open, null, rows).get(0),
                rows);
    }
}
