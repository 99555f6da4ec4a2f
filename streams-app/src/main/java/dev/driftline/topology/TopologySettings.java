package dev.driftline.topology;

import dev.driftline.drift.DriftSettings;
import dev.driftline.filter.FilterRules;
import dev.driftline.input.Limits;
import dev.driftline.mixture.MixtureSettings;
import dev.driftline.network.scoring.NeuralScoringSettings;
import dev.driftline.neural.Pooling;
import dev.driftline.ngram.PageStore;
import dev.driftline.scoring.ModelSettings;
import dev.driftline.sources.SourceLimits;
import dev.driftline.sources.SourceModels;
import dev.driftline.topics.TopicNames;
import java.util.Optional;

/**
 * What the topology is built from; the same on every instance of a service, but for the cache.
 *
 * @param topics the topics that it reads and writes
 * @param model the n-gram model
 * @param shards partitions of the counts: of the requests topic
 * @param limits what an input may be at most
 * @param tokenizer how raw text becomes tokens, a name that {@link dev.driftline.text.Tokenizers} knows
 * @param predictions next words published for each document; 0 publishes no predictions
 * @param surprisals whether a score carries the surprisal of every token
 * @param expertSurprisals whether it carries them under each expert, too; only where {@code surprisals}
 * @param cacheBytes heap for the decoded counts of each shard on this instance
 * @param neural how documents are scored with the network; empty where there is none
 * @param drift what counts as a change of a source; empty where sources are not watched
 * @param sources how many sources are kept, and for how long
 * @param filter where scored documents go on to; empty where they stay
 */
public record TopologySettings(
        TopicNames topics,
        ModelSettings model,
        int shards,
        Limits limits,
        String tokenizer,
        int predictions,
        boolean surprisals,
        boolean expertSurprisals,
        long cacheBytes,
        Optional<NeuralScoringSettings> neural,
        Optional<DriftSettings> drift,
        SourceLimits sources,
        Optional<FilterRules> filter) {

    /** @throws IllegalArgumentException if a number is out of range */
    public TopologySettings {
        if (shards < 1) {
            throw new IllegalArgumentException("shards is " + shards + ", expected at least 1");
        }
        if (predictions < 0) {
            throw new IllegalArgumentException("predictions is " + predictions + ", expected 0 or more");
        }
    }

    /** Whether an observation of each document goes to the sub-topology of the sources. */
    public boolean observes() {
        return drift.isPresent() || filter.isPresent();
    }

    /** What is known of the sources of a partition, over {@code store}. */
    SourceModels sourceModels(PageStore store) {
        return new SourceModels(
                store,
                mixture(),
                sources,
                drift.map(DriftSettings::referenceTokens).orElse(0));
    }

    /** How the network's states become the vector of a document; empty where no vectors are wanted. */
    public Optional<Pooling> encodings() {
        return neural.map(NeuralScoringSettings::encodings);
    }

    /** How the orders of the model, the caches of a source and the network are mixed. */
    public MixtureSettings mixture() {
        MixtureSettings ngrams =
                MixtureSettings.defaults(model.order(), model.smoothing().label());
        return neural.map(network -> ngrams.withNeural(network.model())).orElse(ngrams);
    }
}
