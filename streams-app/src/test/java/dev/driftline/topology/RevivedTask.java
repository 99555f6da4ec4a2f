package dev.driftline.topology;

import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.processor.internals.StreamTask;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.internals.CachedStateStore;
import org.apache.kafka.streams.state.internals.WrappedStateStore;

/**
 * One task with the whole topology, which it is led through as Kafka Streams leads it: a {@link TopologyTestDriver} commits
 * after every record and never closes a task but at the end, so the {@link StreamTask} inside it is called by its own methods.
 * Two of these on one {@link Broker} are two instances.
 *
 * <p>To be read beside {@code TaskManager.closeDirtyAndRevive} of Kafka Streams: processors and stores are the same objects
 * before and after.
 */
final class RevivedTask {

    /** What outlives an instance: topics, committed offsets, and changelogs. */
    static final class Broker {
        private final Map<String, List<ConsumerRecord<byte[], byte[]>>> topics = new LinkedHashMap<>();
        private final Map<String, TreeMap<Bytes, byte[]>> changelogs = new TreeMap<>();
        private final Map<String, Integer> committed = new HashMap<>();

        /** What was committed to a topic. */
        List<ConsumerRecord<byte[], byte[]>> records(String topic) {
            return topics.getOrDefault(topic, List.of());
        }

        /** What a store has, as of the last commit. */
        Map<Bytes, byte[]> store(String name) {
            return changelogs.getOrDefault(name, new TreeMap<>());
        }

        private void log(String store, ProducerRecord<byte[], byte[]> record) {
            TreeMap<Bytes, byte[]> entries = changelogs.computeIfAbsent(store, name -> new TreeMap<>());
            if (record.value() == null) {
                entries.remove(Bytes.wrap(record.key()));
            } else {
                entries.put(Bytes.wrap(record.key()), record.value());
            }
        }

        void send(ProducerRecord<byte[], byte[]> record, long now) {
            List<ConsumerRecord<byte[], byte[]>> log =
                    topics.computeIfAbsent(record.topic(), topic -> new ArrayList<>());
            log.add(new ConsumerRecord<>(
                    record.topic(),
                    0,
                    log.size(),
                    record.timestamp() == null ? now : record.timestamp(),
                    TimestampType.CREATE_TIME,
                    record.key() == null ? -1 : record.key().length,
                    record.value() == null ? -1 : record.value().length,
                    record.key(),
                    record.value(),
                    record.headers(),
                    Optional.empty()));
        }
    }

    private final TopologyTestDriver driver;
    private final Broker broker;
    private final StreamTask task;
    private final MockProducer<byte[], byte[]> producer;
    private final Time time;
    private final Method commit;
    private final Map<String, Integer> read = new HashMap<>();
    private int taken;

    @SuppressWarnings("unchecked")
    RevivedTask(TopologyTestDriver driver, Broker broker) throws ReflectiveOperationException {
        this.driver = driver;
        this.broker = broker;
        task = (StreamTask) field(TopologyTestDriver.class, "task").get(driver);
        producer = (MockProducer<byte[], byte[]>)
                field(TopologyTestDriver.class, "producer").get(driver);
        time = (Time) field(TopologyTestDriver.class, "mockWallClockTime").get(driver);
        commit = TopologyTestDriver.class.getDeclaredMethod("commit", Map.class);
        commit.setAccessible(true);
        read.putAll(broker.committed);
    }

    private static Field field(Class<?> type, String name) throws ReflectiveOperationException {
        Field field = type.getDeclaredField(name);
        field.setAccessible(true);
        return field;
    }

    /** Reads what is new on its topics and processes at most {@code most} records; says how many. */
    int process(int most) {
        for (TopicPartition partition : task.inputPartitions()) {
            List<ConsumerRecord<byte[], byte[]>> log = broker.records(partition.topic());
            int from = read.getOrDefault(partition.topic(), 0);
            if (from < log.size()) {
                task.addRecords(partition, List.copyOf(log.subList(from, log.size())));
                read.put(partition.topic(), log.size());
            }
        }
        task.resumePollingForPartitionsWithAvailableSpace();
        task.updateLags();
        int processed = 0;
        while (processed < most && task.hasRecordsQueued() && task.isProcessable(time.milliseconds())) {
            task.process(time.milliseconds());
            processed++;
        }
        return processed;
    }

    /** Lets time pass, and does what is due. */
    void pass(Duration duration) {
        time.sleep(duration.toMillis());
        task.maybePunctuateSystemTime();
    }

    /** Commits: others see what was sent. Everything that was read must have been processed. */
    void commit() {
        if (task.hasRecordsQueued()) {
            throw new IllegalStateException("records that were read are not processed");
        }
        try {
            commit.invoke(driver, task.prepareCommit(true));
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
        task.postCommit(true);
        broker.committed.putAll(read);
        List<ProducerRecord<byte[], byte[]>> sent = producer.history();
        for (ProducerRecord<byte[], byte[]> record : sent.subList(taken, sent.size())) {
            if (record.topic().endsWith("-changelog")) {
                broker.log(
                        stores().stream()
                                .filter(store -> record.topic().endsWith("-" + store + "-changelog"))
                                .findFirst()
                                .orElseThrow(),
                        record);
            } else {
                broker.send(record, time.milliseconds());
            }
        }
        taken = sent.size();
    }

    /** How many records others see of {@code topic}: without transactions, all that were sent. */
    long visible(String topic) {
        return producer.history().stream()
                .filter(record -> record.topic().equals(topic))
                .count();
    }

    /** Whether there is nothing to read. */
    boolean isIdle() {
        return task.inputPartitions().stream()
                .allMatch(partition -> read.getOrDefault(partition.topic(), 0)
                        == broker.records(partition.topic()).size());
    }

    /** As after a commit that failed: what was done since the last is undone, here and on the broker. */
    void revive() {
        task.prepareCommit(false);
        task.markChangelogAsCorrupted(task.changelogPartitions());
        task.suspend();
        task.postCommit(true);
        task.closeDirty();
        task.revive();
        task.initializeIfNeeded();
        goOn();
    }

    /** Gives the task up after a commit, and keeps its stores: a standby. Time and other instances go on. */
    void becomeStandby() {
        commit();
        task.suspend();
        driver.getAllStateStores().values().forEach(store -> ((CachedStateStore<?, ?>) store).clearCache());
    }

    /** Has followed what others have done, and takes the task. */
    void becomeActive() {
        task.resume();
        goOn();
    }

    private void goOn() {
        innermost().forEach((name, store) -> {
            entries(store).keySet().forEach(key -> store.put(key, null));
            broker.store(name).forEach(store::put);
        });
        read.clear();
        read.putAll(broker.committed);
        task.completeRestoration(partitions -> {});
    }

    /** Punctuations that will come, those of lives before this one included. */
    int punctuations() {
        try {
            int alive = 0;
            Object queue = field(StreamTask.class, "systemTimePunctuationQueue").get(task);
            for (Object scheduled :
                    (PriorityQueue<?>) field(queue.getClass(), "pq").get(queue)) {
                alive += field(scheduled.getClass(), "isCancelled").getBoolean(scheduled) ? 0 : 1;
            }
            return alive;
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    Set<String> stores() {
        return driver.getAllStateStores().keySet();
    }

    @SuppressWarnings("unchecked")
    private Map<String, KeyValueStore<Bytes, byte[]>> innermost() {
        Map<String, KeyValueStore<Bytes, byte[]>> stores = new TreeMap<>();
        driver.getAllStateStores().forEach((name, store) -> {
            StateStore inner = store;
            while (inner instanceof WrappedStateStore<?, ?, ?> wrapped) {
                inner = wrapped.wrapped();
            }
            stores.put(name, (KeyValueStore<Bytes, byte[]>) inner);
        });
        return stores;
    }

    private static TreeMap<Bytes, byte[]> entries(KeyValueStore<Bytes, byte[]> store) {
        TreeMap<Bytes, byte[]> entries = new TreeMap<>();
        try (KeyValueIterator<Bytes, byte[]> all = store.all()) {
            all.forEachRemaining(entry -> entries.put(entry.key, entry.value));
        }
        return entries;
    }
}
