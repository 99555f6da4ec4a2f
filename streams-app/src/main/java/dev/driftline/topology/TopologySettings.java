package dev.driftline.topology;

import dev.driftline.background.Background;
import dev.driftline.config.DriftlineConfig;
import dev.driftline.config.HeapBounds;
import dev.driftline.config.MisconfiguredException;
import dev.driftline.config.keys.InputKeys;
import dev.driftline.config.keys.MemoryKeys;
import dev.driftline.config.keys.ModelKeys;
import dev.driftline.config.keys.OutputKeys;
import dev.driftline.config.keys.ServiceKeys;
import dev.driftline.config.keys.TopicKeys;
import dev.driftline.drift.DriftSettings;
import dev.driftline.filter.FilterRules;
import dev.driftline.filter.InvalidRulesException;
import dev.driftline.heap.HeapBudget;
import dev.driftline.input.Limits;
import dev.driftline.mixture.MixtureSettings;
import dev.driftline.network.scoring.NeuralScoringSettings;
import dev.driftline.neural.Pooling;
import dev.driftline.ngram.Forgetting;
import dev.driftline.pages.PageStore;
import dev.driftline.retraction.Retractions;
import dev.driftline.scoring.ModelSettings;
import dev.driftline.scoring.Vocabulary;
import dev.driftline.smoothing.Smoothing;
import dev.driftline.source.SourceLimits;
import dev.driftline.sources.SourceModels;
import dev.driftline.text.Tokenizers;
import dev.driftline.topics.BackgroundFile;
import dev.driftline.topics.FilterFile;
import dev.driftline.topics.Layout;
import dev.driftline.topics.Topic;
import dev.driftline.topics.TopicNames;
import java.io.IOException;
import java.util.Optional;
import org.apache.kafka.streams.processor.api.ProcessorContext;

/**
 * The settings of the topology; equal on every instance of a service, except for the cache.
 *
 * @param topics the topics that it reads and writes
 * @param layout how the steps of a document's way are laid out over tasks
 * @param model the n-gram model
 * @param shards partitions of the counts: of the requests topic
 * @param limits of inputs
 * @param tokenizer how raw text becomes tokens, a name that {@link dev.driftline.text.Tokenizers} knows
 * @param predictions next words published for each document; 0 publishes no predictions
 * @param surprisals whether a score carries the surprisal of every token
 * @param expertSurprisals whether it carries them under each expert, too; only where {@code surprisals}
 * @param cacheBytes heap for the decoded counts of each shard on this instance
 * @param wordBytes heap for the words and spellings of each shard on this instance
 * @param neural how documents are scored with the network; empty where there is none
 * @param drift what counts as a change of a source; empty where sources are not watched
 * @param sources how many sources are kept, and for how long
 * @param filter where scored documents go on to; empty where they stay
 */
public record TopologySettings(
        TopicNames topics,
        Layout layout,
        ModelSettings model,
        int shards,
        Limits limits,
        String tokenizer,
        int predictions,
        boolean surprisals,
        boolean expertSurprisals,
        long cacheBytes,
        long wordBytes,
        Optional<NeuralScoringSettings> neural,
        Optional<DriftSettings> drift,
        SourceLimits sources,
        Optional<FilterRules> filter) {

    /** @throws IllegalArgumentException if a number is out of range */
    public TopologySettings {
        if (shards < 1) {
            throw new IllegalArgumentException("shards is " + shards + ", expected at least 1");
        }
        if (shards > 1 && layout != Layout.SHARDS) {
            throw new IllegalArgumentException(shards + " shards do not fit the layout " + layout.label());
        }
        if (predictions < 0) {
            throw new IllegalArgumentException("predictions is " + predictions + ", expected 0 or more");
        }
    }

    /** As {@code config} says, in the layout of topics that are made new. */
    public static TopologySettings of(DriftlineConfig config) {
        return of(config, Layout.ofNew(config.get(TopicKeys.SHARDS), config.get(TopicKeys.PARTITIONS)));
    }

    /**
     * As {@code config} says.
     *
     * @throws MisconfiguredException if settings do not fit each other, with what to do about it
     */
    public static TopologySettings of(DriftlineConfig config, Layout layout) {
        if (Smoothing.named(config.get(ModelKeys.SMOOTHING)) == Smoothing.ADD_DELTA
                && config.get(TopicKeys.SHARDS) > 1) {
            throw new MisconfiguredException("add-delta divides by the size of the whole vocabulary, which none of "
                    + config.get(TopicKeys.SHARDS) + " shards knows: set " + TopicKeys.SHARDS.name() + "=1, or another "
                    + ModelKeys.SMOOTHING.name());
        }
        Optional<Background> background = BackgroundFile.of(config);
        TopologySettings settings = new TopologySettings(
                TopicNames.of(config),
                layout,
                new ModelSettings(
                        config.get(ModelKeys.ORDER),
                        Smoothing.named(config.get(ModelKeys.SMOOTHING)),
                        vocabulary(config),
                        ModelSettings.DEFAULT_DELTA,
                        config.get(ServiceKeys.APPLICATION_ID) + " "
                                + Tokenizers.identity(config.get(InputKeys.TOKENIZER)),
                        forgetting(config),
                        background),
                config.get(TopicKeys.SHARDS),
                Limits.of(config),
                config.get(InputKeys.TOKENIZER),
                config.get(OutputKeys.PREDICTIONS_K),
                config.get(OutputKeys.SCORES_SURPRISALS) || config.get(OutputKeys.SCORES_EXPERT_SURPRISALS),
                config.get(OutputKeys.SCORES_EXPERT_SURPRISALS),
                HeapBounds.pages(
                        config,
                        Runtime.getRuntime().maxMemory()
                                - background
                                        .map(frozen -> frozen.model().heapBytes())
                                        .orElse(0L)),
                config.get(MemoryKeys.CACHE_WORDS_BYTES),
                NeuralScoringSettings.of(config),
                WatchSettings.of(config),
                sourceLimits(config),
                FilterFile.rules(config));
        settings.filter().ifPresent(rules -> requireModels(rules, settings.mixture(), config));
        return settings;
    }

    private static void requireModels(FilterRules rules, MixtureSettings mixture, DriftlineConfig config) {
        try {
            rules.requireModels(mixture.models());
        } catch (InvalidRulesException e) {
            throw new MisconfiguredException(
                    OutputKeys.FILTER_RULES.name() + "="
                            + config.get(OutputKeys.FILTER_RULES).orElseThrow() + ": " + e.getMessage(),
                    e);
        }
    }

    private static Forgetting forgetting(DriftlineConfig config) {
        return new Forgetting(
                config.get(ModelKeys.STATE_MAX_BYTES),
                config.get(ModelKeys.STATE_MAX_NGRAMS),
                config.get(ModelKeys.HALF_LIFE_TOKENS));
    }

    private static Vocabulary vocabulary(DriftlineConfig config) {
        try {
            return config.get(ModelKeys.VOCABULARY).read();
        } catch (IOException | IllegalArgumentException e) {
            throw new MisconfiguredException(
                    ModelKeys.VOCABULARY.name() + ": cannot read the words: " + e.getMessage(), e);
        }
    }

    /** Whether an observation of each document goes to the sub-topology of the sources. */
    public boolean observes() {
        return drift.isPresent() || filter.isPresent();
    }

    /** What {@code config} says of the sources that each partition keeps. */
    static SourceLimits sourceLimits(DriftlineConfig config) {
        return new SourceLimits(config.get(MemoryKeys.SOURCES_MAX), config.get(MemoryKeys.SOURCES_IDLE_MS));
    }

    /** What is known of the sources of a partition, over {@code store}. */
    SourceModels sourceModels(PageStore store) {
        return sourceModels(store, new HeapBudget());
    }

    /** As {@link #sourceModels(PageStore)}, within {@code heap}. */
    SourceModels sourceModels(PageStore store, HeapBudget heap) {
        return new SourceModels(
                store,
                mixture(),
                sources,
                drift.map(DriftSettings::referenceTokens).orElse(0),
                heap);
    }

    /** The way of retractions in the task of {@code context}. */
    Retractions retractions(ProcessorContext<?, ?> context) {
        return Retractions.of(context, model, shards, topics.name(Topic.TEXT), neural.isPresent());
    }

    /** How the network's states become the vector of a document; empty where no vectors are wanted. */
    public Optional<Pooling> encodings() {
        return neural.map(NeuralScoringSettings::encodings);
    }

    /** How the orders of the model, the caches of a source, the background and the network are mixed. */
    public MixtureSettings mixture() {
        MixtureSettings ngrams =
                MixtureSettings.defaults(model.order(), model.smoothing().label());
        return neural.map(network -> ngrams.withNeural(network.model()))
                .orElse(ngrams)
                .withBackground(model.background().isPresent());
    }
}
