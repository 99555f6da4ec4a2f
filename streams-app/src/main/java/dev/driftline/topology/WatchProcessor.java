package dev.driftline.topology;

import dev.driftline.counters.ServiceCounters;
import dev.driftline.drift.DriftChange;
import dev.driftline.drift.DriftSettings;
import dev.driftline.drift.Observation;
import dev.driftline.drift.SourceWatch;
import dev.driftline.failures.RecordTries;
import dev.driftline.failures.Stage;
import dev.driftline.output.DriftEvents;
import dev.driftline.output.SourceDrop;
import dev.driftline.schemas.DriftEvent;
import dev.driftline.sources.WatchedSources;
import dev.driftline.store.StoreHeader;
import dev.driftline.store.WriteBackStore;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
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

    /** For how long at a time, and how often, to look at the sources of a store that has come here. */
    private static final Duration LOOK = Duration.ofMillis(20);

    private static final Duration LOOK_EVERY = Duration.ofMillis(100);

    private final TopologySettings settings;
    private final DriftSettings drift;
    private final ServiceCounters counters;
    private final Origins origins;
    private final InternalRecords records;
    private final Punctuations punctuations = new Punctuations();

    private ProcessorContext<String, DriftEvent> context;
    private StoreHeader taken;
    private WatchedSources sources;
    private int partition;
    private Iterator<String> unseen;

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
        partition = context.taskId().partition();
        counters.driftStates().opened(partition);
        sources.onEviction(source -> counters.driftStates().evicted(partition, source));
        unseen = sources.names().iterator();
        punctuations.every(LOOK_EVERY, context, now -> look());
        punctuations.every(Gathering.IDLE_TICK, context, now -> sources.evictIdle(now));
    }

    @Override
    public void process(Record<byte[], byte[]> record) {
        if (!taken.isNew(context.recordMetadata())) {
            return;
        }
        if (SourceDrop.is(record)) {
            sources.remove(SourceDrop.source(record));
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
        List<DriftChange> changes = watch.add(observation);
        for (DriftChange change : changes) {
            context.forward(
                    new Record<>(
                            observation.source(),
                            DriftEvents.of(observation, change, settings.topics(), now),
                            timestamp),
                    DRIFT_SINK);
            counters.driftEvent(observation.source(), change);
        }
        sources.update(observation.source(), watch);
        if (!changes.isEmpty()) {
            counters.driftStates().set(partition, observation.source(), watch::state);
        }
    }

    /** Looks in which states the sources are that the store has, some at a time: there may be very many. */
    private void look() {
        long until = System.nanoTime() + LOOK.toNanos();
        while (unseen.hasNext() && System.nanoTime() - until < 0) {
            String source = unseen.next();
            sources.peek(source).ifPresent(watch -> counters.driftStates().set(partition, source, watch::state));
        }
    }

    @Override
    public void close() {
        punctuations.cancel();
        counters.driftStates().closed(partition);
    }
}
