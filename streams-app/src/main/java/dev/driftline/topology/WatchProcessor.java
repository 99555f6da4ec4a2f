package dev.driftline.topology;

import dev.driftline.counters.ServiceCounters;
import dev.driftline.drift.DriftChange;
import dev.driftline.drift.DriftSettings;
import dev.driftline.drift.Observation;
import dev.driftline.drift.SourceWatch;
import dev.driftline.failures.RecordTries;
import dev.driftline.failures.Stage;
import dev.driftline.output.DriftEvents;
import dev.driftline.schemas.DriftEvent;
import dev.driftline.sources.WatchedSources;
import dev.driftline.store.StoreHeader;
import dev.driftline.store.WriteBackStore;
import java.util.Optional;
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
    private final Origins origins;
    private final InternalRecords records;
    private final Punctuations punctuations = new Punctuations();

    private ProcessorContext<String, DriftEvent> context;
    private StoreHeader taken;
    private WatchedSources sources;

    WatchProcessor(TopologySettings settings, DriftSettings drift, ServiceCounters counters, RecordTries tries) {
        origins = new Origins(settings.topics());
        records = new InternalRecords(NAME, InternalRecords.deadLettersSink(NAME), Stage.WATCH, counters, tries);
        this.settings = settings;
        this.drift = drift;
        this.counters = counters;
    }

    @Override
    public void init(ProcessorContext<String, DriftEvent> context) {
        this.context = context;
        records.init(context);
        WriteBackStore store = context.getStateStore(WatchedSources.STORE);
        taken = store.header();
        sources = store.cache(
                WatchedSources.class, pages -> new WatchedSources(pages, drift, settings.sources(), counters.heap()));
        punctuations.every(GatherProcessor.IDLE_TICK, context, now -> sources.evictIdle(now));
    }

    @Override
    public void process(Record<byte[], byte[]> record) {
        if (!taken.isNew(context.recordMetadata())) {
            return;
        }
        Observation observation;
        try {
            observation = Observation.decode(record.key(), record.value());
        } catch (RuntimeException e) {
            records.reject(context, record, settings.limits().recordBytes(), e.toString());
            return;
        }
        Optional<String> spent = records.spent(record.value());
        if (spent.isPresent()) {
            records.reject(
                    context,
                    origins.of(observation.isText(), observation.partition(), observation.offset()),
                    observation.id(),
                    record.timestamp(),
                    spent.get(),
                    "");
            return;
        }
        records.change(record.value(), () -> watch(observation, record.timestamp()));
    }

    private void watch(Observation observation, long timestamp) {
        long now = context.currentSystemTimeMs();
        SourceWatch watch = sources.get(observation.source(), now);
        for (DriftChange change : watch.add(observation)) {
            context.forward(
                    new Record<>(
                            observation.source(),
                            DriftEvents.of(observation, change, settings.topics(), now),
                            timestamp),
                    DRIFT_SINK);
            counters.driftEvent(observation.source(), change);
        }
        sources.update(observation.source(), watch);
    }

    @Override
    public void close() {
        punctuations.cancel();
    }
}
