package dev.driftline.topology;

import dev.driftline.commits.EarlyCommits;
import dev.driftline.counters.ServiceCounters;
import dev.driftline.failures.RecordTries;
import dev.driftline.failures.Stage;
import dev.driftline.heap.HeapUse;
import dev.driftline.input.DocumentOrigin;
import dev.driftline.input.IncomingDocument;
import dev.driftline.input.ReadDocument;
import dev.driftline.network.scoring.NeuralScoring;
import dev.driftline.pending.PendingDocument;
import dev.driftline.pending.PendingDocuments;
import dev.driftline.retraction.RetractionOutput;
import dev.driftline.shards.LiveShards;
import dev.driftline.sources.OwnedSources;
import dev.driftline.store.WriteBackStore;
import dev.driftline.topics.Layout;
import java.util.Optional;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;

/**
 * All steps of a document's way, one after the other, where one shard has the whole model: {@link Scattering}, {@link Counting},
 * {@link Gathering}. The stores of all three are in one task, so a document is learned and its score sent in one transaction.
 */
final class ScoreProcessor implements Processor<Long, ReadDocument, Object, Object> {

    /** Scores and learns. */
    static final String NAME = "score";

    /** Sink of dead letters, where the readers are another sub-topology. */
    static final String DEAD_LETTERS_SINK = InternalRecords.deadLettersSink(NAME);

    private final TopologySettings settings;
    private final ServiceCounters counters;
    private final boolean trains;
    private final Optional<NeuralScoring> neural;
    private final LiveShards shards;
    private final OwnedSources sources;
    private final EarlyCommits commits;
    private final RecordTries tries;
    private final Counting.Heap heap;
    private final boolean ticketsTellOrigins;
    private final String deadLetters;

    private ProcessorContext<Object, Object> context;
    private int partition;
    private Scattering scattering;
    private Counting counting;
    private Gathering gathering;

    /** Parameters as of {@link GatherProcessor}, and {@code shards}, which receives the shard. */
    ScoreProcessor(
            TopologySettings settings,
            ServiceCounters counters,
            boolean trains,
            Optional<NeuralScoring> neural,
            LiveShards shards,
            OwnedSources sources,
            EarlyCommits commits,
            RecordTries tries) {
        this.settings = settings;
        this.counters = counters;
        this.trains = trains;
        this.neural = neural;
        this.shards = shards;
        this.sources = sources;
        this.commits = commits;
        this.tries = tries;
        heap = new Counting.Heap(counters);
        ticketsTellOrigins = settings.layout() == Layout.ONE_TASK;
        deadLetters = ticketsTellOrigins ? ReadProcessor.DEAD_LETTERS_SINK : DEAD_LETTERS_SINK;
    }

    @Override
    public void init(ProcessorContext<Object, Object> context) {
        this.context = context;
        partition = context.taskId().partition();
        PendingDocuments pending = context.<WriteBackStore>getStateStore(PendingDocuments.STORE)
                .cache(
                        PendingDocuments.class,
                        store -> new PendingDocuments(store, counters.heap().account(HeapUse.PENDING)));
        counters.pending(partition, pending.size());
        InternalRecords records = new InternalRecords(CountProcessor.NAME, deadLetters, Stage.LEARN, counters, tries);
        records.init(context);
        scattering = new Scattering(settings, counters, tries, context);
        counting = new Counting(settings, shards, heap, tries, records, context);
        gathering = new Gathering(settings, counters, trains, neural, sources, commits, tries, deadLetters, context);
        counting.publish();
        gathering.open();
    }

    @Override
    public void process(Record<Long, ReadDocument> record) {
        if (record.value().document().retract().isPresent()) {
            scattering
                    .retraction(
                            record.key(),
                            record.value(),
                            record.timestamp(),
                            answer -> context.forward(answer, RetractionOutput.SINK),
                            letter -> context.forward(letter, deadLetters))
                    .ifPresent(requests -> ask(record.key(), record.value(), record.timestamp(), requests[0]));
            return;
        }
        scattering
                .requests(
                        record.key(),
                        record.value(),
                        record.timestamp(),
                        letter -> context.forward(letter, deadLetters))
                .ifPresent(requests -> score(record.key(), record.value(), record.timestamp(), requests[0]));
    }

    private void score(long ticket, ReadDocument read, long timestamp, byte[] request) {
        // The network reads the document while the shard does.
        neural.ifPresent(network ->
                network.partition(partition).scattered(ticket, read.document().tokens()));
        ask(ticket, read, timestamp, request);
    }

    private void ask(long ticket, ReadDocument read, long timestamp, byte[] request) {
        IncomingDocument document = read.document();
        long now = context.currentSystemTimeMs();
        byte[] reply = counting.answer(request, () -> Gathering.print(document)).get(0);
        Optional<DocumentOrigin> origin = ticketsTellOrigins ? Optional.empty() : Optional.of(read.origin());
        gathering.replied(ticket, PendingDocument.replied(document, timestamp, now, origin, reply));
    }

    @Override
    public void close() {
        gathering.close();
        counting.close();
        neural.ifPresent(network -> network.partitionRevoked(partition));
        counters.partitionRevoked(partition);
    }
}
