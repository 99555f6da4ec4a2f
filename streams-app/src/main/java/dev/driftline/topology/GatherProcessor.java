package dev.driftline.topology;

import dev.driftline.commits.EarlyCommits;
import dev.driftline.counters.ServiceCounters;
import dev.driftline.failures.RecordTries;
import dev.driftline.network.scoring.NeuralScoring;
import dev.driftline.sources.OwnedSources;
import java.util.Optional;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;

/** Puts the shards' replies to a document together: {@link Gathering} behind the topic of the replies. */
final class GatherProcessor implements Processor<byte[], byte[], Object, Object> {

    /** Source of the shards' replies. */
    static final String REPLIES_SOURCE = "replies-source";

    /** Puts the replies together. */
    static final String NAME = "gather";

    private final TopologySettings settings;
    private final ServiceCounters counters;
    private final boolean trains;
    private final Optional<NeuralScoring> neural;
    private final OwnedSources live;
    private final EarlyCommits commits;
    private final RecordTries tries;

    private Gathering gathering;

    /**
     * @param trains whether scored documents go to the trainer
     * @param neural what scores with the network; empty where there is none
     * @param live receives the partitions that are on this instance
     * @param commits learns of what a punctuation has sent
     * @param tries which documents have failed before
     */
    GatherProcessor(
            TopologySettings settings,
            ServiceCounters counters,
            boolean trains,
            Optional<NeuralScoring> neural,
            OwnedSources live,
            EarlyCommits commits,
            RecordTries tries) {
        this.settings = settings;
        this.counters = counters;
        this.trains = trains;
        this.neural = neural;
        this.live = live;
        this.commits = commits;
        this.tries = tries;
    }

    @Override
    public void init(ProcessorContext<Object, Object> context) {
        gathering = new Gathering(
                settings, counters, trains, neural, live, commits, tries, ReadProcessor.DEAD_LETTERS_SINK, context);
        gathering.open();
    }

    @Override
    public void process(Record<byte[], byte[]> reply) {
        gathering.reply(reply);
    }

    @Override
    public void close() {
        gathering.close();
    }
}
