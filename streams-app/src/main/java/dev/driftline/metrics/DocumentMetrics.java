package dev.driftline.metrics;

import dev.driftline.counters.DocumentObserver;
import dev.driftline.counters.DriftStates;
import dev.driftline.drift.DriftChange;
import dev.driftline.input.DeadLetterReason;
import dev.driftline.mixture.DocumentScore;
import dev.driftline.mixture.MixtureSettings;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/** What documents cost, how long they took, which were refused and what changed; since the instance started. Thread-safe. */
final class DocumentMetrics implements DocumentObserver, Probe {

    private static final double[] HOPS = {0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800};
    private static final Duration[] BATCHES = seconds(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5);

    /** What was published before that comes from an archive, or from a clock that does not count milliseconds since 1970. */
    private static final long OLDEST_MS = Duration.ofDays(365).toMillis();

    private static final long NEWEST_MS = Duration.ofMinutes(10).toMillis();

    private final List<String> models;
    private final int neural;
    private final ModelTotals all;
    private final BusiestSources sources;
    private final MixtureWeights weights;
    private final DriftMetrics drift;
    private final Map<DeadLetterReason, LongAdder> refused = new EnumMap<>(DeadLetterReason.class);
    private final SecondsHistogram latency = new SecondsHistogram(HOPS);
    private final SecondsHistogram pending = new SecondsHistogram(HOPS);
    private final Timer network;
    private final LongAdder past = new LongAdder();
    private final LongAdder future = new LongAdder();

    /**
     * @param mixture names the models
     * @param mostSources sources that have series of their own
     * @param states of the watched sources that are here
     * @param registry where the histograms go
     */
    DocumentMetrics(MixtureSettings mixture, int mostSources, DriftStates states, MeterRegistry registry) {
        models = mixture.models();
        neural = mixture.neural().map(models::indexOf).orElse(-1);
        all = new ModelTotals(models.size(), neural);
        sources = new BusiestSources(mostSources, models.size(), neural, System::nanoTime);
        weights = new MixtureWeights(mixture.experts());
        drift = new DriftMetrics(states, mostSources);
        for (DeadLetterReason reason : DeadLetterReason.values()) {
            refused.put(reason, new LongAdder());
        }
        network = Timer.builder(DriftlineMetric.NETWORK_SCORING_SECONDS.meter())
                .description(DriftlineMetric.NETWORK_SCORING_SECONDS.help())
                .serviceLevelObjectives(BATCHES)
                .register(registry);
    }

    private static Duration[] seconds(double... bounds) {
        Duration[] durations = new Duration[bounds.length];
        for (int i = 0; i < bounds.length; i++) {
            durations[i] = Duration.ofNanos(Math.round(bounds[i] * 1e9));
        }
        return durations;
    }

    @Override
    public void scored(String source, DocumentScore score, long publishedAt, long scatteredAt, long now) {
        all.add(score);
        sources.of(source, score.tokens()).add(score);
        weights.add(score);
        if (publishedAt < now - OLDEST_MS) {
            past.increment();
        } else if (publishedAt > now + NEWEST_MS) {
            future.increment();
        } else {
            // Clocks differ: a document from the future has taken no time.
            latency.recordMillis(Math.max(0, now - publishedAt));
        }
        if (scatteredAt >= 0) {
            pending.recordMillis(Math.max(0, now - scatteredAt));
        }
    }

    @Override
    public void refused(DeadLetterReason reason) {
        Objects.requireNonNull(refused.get(reason), reason::name).increment();
    }

    @Override
    public void changed(String source, DriftChange change) {
        drift.changed(change.series(), change.state());
    }

    @Override
    public void networkRead(long nanos) {
        network.record(nanos, TimeUnit.NANOSECONDS);
    }

    @Override
    public void read(Samples samples) {
        ModelTotals.Sums sums = all.sums();
        samples.add(DriftlineMetric.DOCUMENTS, sums.documents())
                .add(DriftlineMetric.TOKENS, sums.tokens())
                .add(DriftlineMetric.UNKNOWN_TOKENS, sums.unknown())
                .add(DriftlineMetric.LETTER_BITS, sums.letters());
        if (!Double.isNaN(sums.recent())) {
            samples.add(DriftlineMetric.BITS_PER_TOKEN, sums.recent())
                    .add(DriftlineMetric.CLASS_BITS_PER_TOKEN, sums.recentOfClass());
        }
        for (int model = 0; model < models.size(); model++) {
            samples.add(DriftlineMetric.MODEL_BITS, sums.modelBits()[model], models.get(model))
                    .add(DriftlineMetric.MODEL_TOKENS, sums.modelTokens()[model], models.get(model));
        }
        Map<String, ModelTotals.Sums> bySource = sources.read();
        bySource.forEach((source, ofSource) -> read(source, ofSource, samples));
        Set<String> busiest = new HashSet<>(bySource.keySet());
        busiest.remove(BusiestSources.OTHER);
        drift.read(busiest, samples);
        weights.read(samples);
        samples.add(DriftlineMetric.DOCUMENT_LATENCY_SECONDS, latency)
                .add(DriftlineMetric.DOCUMENT_PENDING_SECONDS, pending)
                .add(DriftlineMetric.IMPLAUSIBLE_TIMES, past.sum(), "past")
                .add(DriftlineMetric.IMPLAUSIBLE_TIMES, future.sum(), "future");
        refused.forEach((reason, count) -> samples.add(DriftlineMetric.DEAD_LETTERS, count.sum(), reason.code()));
    }

    private void read(String source, ModelTotals.Sums sums, Samples samples) {
        samples.add(DriftlineMetric.SOURCE_DOCUMENTS, sums.documents(), source)
                .add(DriftlineMetric.SOURCE_TOKENS, sums.tokens(), source)
                .add(DriftlineMetric.SOURCE_UNKNOWN_TOKENS, sums.unknown(), source)
                .add(DriftlineMetric.SOURCE_LETTER_BITS, sums.letters(), source);
        if (!Double.isNaN(sums.recent())) {
            samples.add(DriftlineMetric.SOURCE_BITS_PER_TOKEN, sums.recent(), source)
                    .add(DriftlineMetric.SOURCE_CLASS_BITS_PER_TOKEN, sums.recentOfClass(), source);
        }
        for (int model = 0; model < models.size(); model++) {
            samples.add(DriftlineMetric.SOURCE_MODEL_BITS, sums.modelBits()[model], source, models.get(model))
                    .add(DriftlineMetric.SOURCE_MODEL_TOKENS, sums.modelTokens()[model], source, models.get(model));
        }
    }
}
