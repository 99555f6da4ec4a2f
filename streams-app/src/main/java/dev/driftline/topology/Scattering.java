package dev.driftline.topology;

import dev.driftline.counters.ServiceCounters;
import dev.driftline.failures.FailureKind;
import dev.driftline.failures.RecordTries;
import dev.driftline.failures.Stage;
import dev.driftline.input.DeadLetters;
import dev.driftline.input.IncomingDocument;
import dev.driftline.input.ReadDocument;
import dev.driftline.input.Rejection;
import dev.driftline.mixture.NextWordPredictor;
import dev.driftline.scoring.Scatter;
import dev.driftline.sources.SourceModels;
import dev.driftline.store.WriteBackStore;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The first step of a document's way: makes the requests to the shards. Of one processor, and called by its stream thread. */
final class Scattering {

    private static final Logger LOG = LoggerFactory.getLogger(Scattering.class);

    private final TopologySettings settings;
    private final ServiceCounters counters;
    private final RecordTries tries;

    private ProcessorContext<?, ?> context;
    private int partition;
    private Scatter scatter;
    private WriteBackStore sourcesStore;
    private SourceModels sources;

    Scattering(TopologySettings settings, ServiceCounters counters, RecordTries tries) {
        this.settings = settings;
        this.counters = counters;
        this.tries = tries;
    }

    void init(ProcessorContext<?, ?> given) {
        context = given;
        partition = given.taskId().partition();
        scatter = new Scatter(settings.model(), settings.shards());
        sourcesStore = given.getStateStore(SourceModels.STORE);
        sources = sourcesStore.cache(SourceModels.class, pages -> settings.sourceModels(pages, counters.heap()));
    }

    /**
     * The request of a document to each shard; empty where none can be made. Nothing has been changed then.
     *
     * @param deadLetters is given its dead letter then
     */
    Optional<byte[][]> requests(
            long ticket, ReadDocument read, long timestamp, Consumer<Record<byte[], byte[]>> deadLetters) {
        try {
            tries.reached(Stage.SCATTER);
            return Optional.of(requests(ticket, read.document()));
        } catch (RuntimeException | StackOverflowError e) {
            if (!FailureKind.isOfRecord(e)) {
                throw e;
            }
            LOG.error("A document cannot be sent to the shards, and becomes a dead letter", e);
            Rejection why = Rejection.failed("sending it to the shards", e);
            counters.refused(why.reason());
            deadLetters.accept(
                    DeadLetters.of(read.origin(), read.document().id(), timestamp, ScatterProcessor.NAME, why, "no"));
            return Optional.empty();
        }
    }

    private byte[][] requests(long ticket, IncomingDocument document) {
        List<String> extraCandidates = List.of();
        if (settings.predictions() > 0) {
            synchronized (sourcesStore) {
                extraCandidates = NextWordPredictor.candidates(
                        document.tokens(),
                        sources.get(document.source(), context.currentSystemTimeMs()),
                        settings.predictions());
            }
        }
        return scatter.requests(
                partition, ticket, document.tokens(), document.learn(), settings.predictions(), extraCandidates);
    }
}
