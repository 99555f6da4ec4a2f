package dev.driftline.topology;

import dev.driftline.commits.CommittingProcessors;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.processor.api.FixedKeyProcessorSupplier;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;
import org.apache.kafka.streams.processor.api.ProcessorWrapper;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.WrappedFixedKeyProcessorSupplier;
import org.apache.kafka.streams.processor.api.WrappedProcessorSupplier;
import org.apache.kafka.streams.state.StoreBuilder;

/** Counts for every processor of a topology, whatever its name, how many lives it has had and what it did in each. */
final class ProcessorLives {

    private static final String LIVES = "test.lives";

    private final Map<String, Integer> lives = new TreeMap<>();
    private final Map<String, Integer> workInThisLife = new TreeMap<>();

    private final Map<String, Integer> livesWithWork = new TreeMap<>();

    Map<String, Object> settings() {
        return Map.of(StreamsConfig.PROCESSOR_WRAPPER_CLASS_CONFIG, Wrapper.class, LIVES, this);
    }

    /** How often each was initialised. */
    Map<String, Integer> lives() {
        return lives;
    }

    /** In how many lives each has processed a record. */
    Map<String, Integer> livesWithWork() {
        return livesWithWork;
    }

    private void begun(String name) {
        lives.merge(name, 1, Integer::sum);
        workInThisLife.put(name, 0);
    }

    private void worked(String name) {
        if (workInThisLife.merge(name, 1, Integer::sum) == 1) {
            livesWithWork.merge(name, 1, Integer::sum);
        }
    }

    /** Made by Kafka Streams. */
    public static final class Wrapper implements ProcessorWrapper {

        private final CommittingProcessors committing = new CommittingProcessors();
        private ProcessorLives lives;

        /** Called by Kafka Streams. */
        public Wrapper() {}

        @Override
        public void configure(Map<String, ?> configs) {
            committing.configure(configs);
            lives = (ProcessorLives) configs.get(LIVES);
        }

        @Override
        public <K, V, L, W> WrappedProcessorSupplier<K, V, L, W> wrapProcessorSupplier(
                String name, ProcessorSupplier<K, V, L, W> supplier) {
            ProcessorSupplier<K, V, L, W> inner = committing.wrapProcessorSupplier(name, supplier);
            return new WrappedProcessorSupplier<>() {
                @Override
                public Processor<K, V, L, W> get() {
                    return new Living<>(name, inner.get(), lives);
                }

                @Override
                public Set<StoreBuilder<?>> stores() {
                    return inner.stores();
                }
            };
        }

        @Override
        public <K, V, W> WrappedFixedKeyProcessorSupplier<K, V, W> wrapFixedKeyProcessorSupplier(
                String name, FixedKeyProcessorSupplier<K, V, W> supplier) {
            return committing.wrapFixedKeyProcessorSupplier(name, supplier);
        }
    }

    private record Living<K, V, L, W>(String name, Processor<K, V, L, W> processor, ProcessorLives lives)
            implements Processor<K, V, L, W> {

        @Override
        public void init(ProcessorContext<L, W> context) {
            lives.begun(name);
            processor.init(context);
        }

        @Override
        public void process(Record<K, V> record) {
            lives.worked(name);
            processor.process(record);
        }

        @Override
        public void close() {
            processor.close();
        }
    }
}
