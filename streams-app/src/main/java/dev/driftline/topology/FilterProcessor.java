package dev.driftline.topology;

import dev.driftline.counters.ServiceCounters;
import dev.driftline.failures.RecordTries;
import dev.driftline.failures.Stage;
import dev.driftline.filter.Decision;
import dev.driftline.filter.DocumentFilter;
import dev.driftline.filter.FilterRules;
import dev.driftline.filter.SourceQuantiles;
import dev.driftline.output.FilterRequest;
import dev.driftline.output.ObservationOutput;
import dev.driftline.output.RoutedDocuments;
import dev.driftline.output.SourceDrop;
import dev.driftline.schemas.Document;
import dev.driftline.source.SourceLimits;
import dev.driftline.sources.FilterSources;
import dev.driftline.store.StoreHeader;
import dev.driftline.store.WriteBackStore;
import java.util.Optional;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;

/**
 * Routes scored documents by the rules, each to one topic or to none. It receives the documents of a source one after the
 * other, whatever partition they were published to, so that a source has one percentile.
 */
final class FilterProcessor implements Processor<byte[], byte[], String, Document> {

    /** Sends documents on by the rules. */
    static final String NAME = "filter";

    /** Among the sources, all of this partition together: the name of a source has no control character. */
    private static final String EVERYONE = "\0everyone";

    private final DocumentFilter filter;
    private final SourceLimits limits;
    private final int recordBytes;
    private final ServiceCounters counters;
    private final InternalRecords records;
    private final Punctuations punctuations = new Punctuations();

    private ProcessorContext<String, Document> context;
    private StoreHeader taken;
    private FilterSources sources;

    FilterProcessor(
            FilterRules rules, SourceLimits limits, int recordBytes, ServiceCounters counters, RecordTries tries) {
        this.recordBytes = recordBytes;
        records = new InternalRecords(NAME, InternalRecords.deadLettersSink(NAME), Stage.FILTER, counters, tries);
        filter = new DocumentFilter(rules);
        this.limits = limits;
        this.counters = counters;
    }

    /** The name of the sink of a topic, which has no prefix. */
    static String sink(String topic) {
        return "filtered-" + topic;
    }

    @Override
    public void init(ProcessorContext<String, Document> context) {
        this.context = context;
        records.init(context);
        WriteBackStore store = context.getStateStore(FilterSources.STORE);
        taken = store.header();
        sources = store.cache(FilterSources.class, pages -> new FilterSources(pages, limits, counters.heap()));
        punctuations.every(Gathering.IDLE_TICK, context, now -> sources.evictIdle(now));
    }

    @Override
    public void process(Record<byte[], byte[]> observation) {
        if (!taken.isNew(context.recordMetadata())) {
            return;
        }
        if (SourceDrop.is(observation)) {
            sources.remove(SourceDrop.source(observation));
            return;
        }
        var header = observation.headers().lastHeader(ObservationOutput.DOCUMENT_HEADER);
        if (header == null) {
            // An observation from before there was a filter.
            return;
        }
        FilterRequest request;
        try {
            request = FilterRequest.decode(header.value());
        } catch (RuntimeException e) {
            records.reject(context, observation, recordBytes, e.toString());
            return;
        }
        Optional<String> spent = records.spent(observation.value());
        if (spent.isPresent()) {
            records.reject(
                    context, request.origin(), request.document().id(), observation.timestamp(), spent.get(), "");
            return;
        }
        records.change(observation.value(), () -> decide(request, observation.timestamp()));
    }

    private void decide(FilterRequest request, long timestamp) {
        Decision decision;
        if (filter.comparesWithSource()) {
            String name = request.document().source();
            SourceQuantiles source = sources.get(name, context.currentSystemTimeMs());
            SourceQuantiles everyone = sources.get(EVERYONE, context.currentSystemTimeMs());
            decision = filter.decide(request.scored(), source, everyone);
            sources.update(name, source);
            sources.update(EVERYONE, everyone);
        } else {
            decision = filter.decide(request.scored(), new SourceQuantiles());
        }
        counters.filtered(decision.rule());
        Optional<String> topic = filter.rules().topic(decision.target());
        if (topic.isPresent()) {
            context.forward(RoutedDocuments.of(request, decision, timestamp), sink(topic.get()));
        }
    }

    @Override
    public void close() {
        punctuations.cancel();
    }
}
