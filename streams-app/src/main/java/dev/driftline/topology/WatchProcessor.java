package dev.driftline.topology;

import dev.driftline.counters.ServiceCounters;
import dev.driftline.drift.DriftChange;
import dev.driftline.drift.DriftSettings;
import dev.driftline.drift.Observation;
import dev.driftline.drift.SourceWatch;
import dev.driftline.output.DriftEvents;
import dev.driftline.schemas.DriftEvent;
import dev.driftline.sources.WatchedSources;
import dev.driftline.store.WriteBackStore;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;

/** Watches the sources of one partition and says when the language of one changes. */
final class WatchProcessor implements Processor<byte[], byte[], String, DriftEvent> {

    /** Watches sources for changes. */
    static final String NAME = "watch";

    /** Sink of changes. */
    static final String DRIFT_SINK = "drift-sink";

    private final TopologySettings settings;
    private final DriftSettings drift;
    private final ServiceCounters counters;

    private final Punctuations punctuations = new Punctuations();

    private ProcessorContext<String, DriftEvent> context;
    private WatchedSources sources;

    WatchProcessor(TopologySettings settings, DriftSettings drift, ServiceCounters counters) {
        this.settings = settings;
        this.drift = drift;
        this.counters = counters;
    }

    @Override
    public void init(ProcessorContext<String, DriftEvent> context) {
        this.context = context;
        sources = context.<WriteBackStore>getStateStore(WatchedSources.STORE)
                .cache(WatchedSources.class, store -> new WatchedSources(store, drift, settings.sources()));
        punctuations.every(GatherProcessor.IDLE_TICK, context, now -> sources.evictIdle(now));
    }

    @Override
    public void process(Record<byte[], byte[]> record) {
        Observation observation = Observation.decode(record.key(), record.value());
        long now = context.currentSystemTimeMs();
        SourceWatch watch = sources.get(observation.source(), now);
        for (DriftChange change : watch.add(observation)) {
            context.forward(new Record<>(
                    observation.source(),
                    DriftEvents.of(observation, change, settings.topics(), now),
                    record.timestamp()));
            counters.driftEvent(observation.source(), change);
        }
        sources.update(observation.source(), watch);
    }

    @Override
    public void close() {
        punctuations.close();
    }
}
