package dev.driftline.commits;

import java.util.Map;
import java.util.Set;
import org.apache.kafka.streams.processor.api.FixedKeyProcessorSupplier;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;
import org.apache.kafka.streams.processor.api.ProcessorWrapper;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.WrappedFixedKeyProcessorSupplier;
import org.apache.kafka.streams.processor.api.WrappedProcessorSupplier;
import org.apache.kafka.streams.state.StoreBuilder;

/**
 * Reports every processed record of a source topic to {@link EarlyCommits}, whichever processors of the topology it passed.
 * A record counts once: processors further down are called while the first one runs, and a second processor behind the same
 * source gets the same topic, partition and offset.
 *
 * <p>Kafka Streams creates it from the setting {@code processor.wrapper.class}; the {@link EarlyCommits} are those of the
 * setting {@link EarlyCommits#CONFIG}.
 */
public final class CommittingProcessors implements ProcessorWrapper {

    private EarlyCommits commits = EarlyCommits.off();

    /** Called by Kafka Streams. */
    public CommittingProcessors() {}

    @Override
    public void configure(Map<String, ?> configs) {
        if (!(configs.get(EarlyCommits.CONFIG) instanceof EarlyCommits given)) {
            throw new IllegalArgumentException(EarlyCommits.CONFIG + " must be the EarlyCommits of the service");
        }
        commits = given;
    }

    @Override
    public <K, V, L, W> WrappedProcessorSupplier<K, V, L, W> wrapProcessorSupplier(
            String name, ProcessorSupplier<K, V, L, W> supplier) {
        return new WrappedProcessorSupplier<>() {
            @Override
            public Processor<K, V, L, W> get() {
                return new Committing<>(supplier.get(), commits);
            }

            @Override
            public Set<StoreBuilder<?>> stores() {
                return supplier.stores();
            }
        };
    }

    /** The topology has no such processors, so they are not counted. */
    @Override
    public <K, V, W> WrappedFixedKeyProcessorSupplier<K, V, W> wrapFixedKeyProcessorSupplier(
            String name, FixedKeyProcessorSupplier<K, V, W> supplier) {
        return ProcessorWrapper.asWrappedFixedKey(supplier);
    }

    private static final class Committing<K, V, L, W> implements Processor<K, V, L, W> {

        private final Processor<K, V, L, W> processor;
        private final EarlyCommits all;
        private ProcessorContext<L, W> context;
        private ThreadCommits commits;

        Committing(Processor<K, V, L, W> processor, EarlyCommits all) {
            this.processor = processor;
            this.all = all;
        }

        @Override
        public void init(ProcessorContext<L, W> given) {
            context = given;
            commits = all.ofThread();
            processor.init(given);
        }

        @Override
        public void process(Record<K, V> record) {
            if (!commits.enter()) {
                // Called by a processor further up, which counts the record.
                processor.process(record);
                return;
            }
            try {
                processor.process(record);
            } finally {
                commits.leave();
            }
            commits.processed(context);
        }

        @Override
        public void close() {
            if (commits != null) {
                commits.closed(context);
            }
            processor.close();
        }
    }
}
