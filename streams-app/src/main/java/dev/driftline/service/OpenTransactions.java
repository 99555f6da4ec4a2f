package dev.driftline.service;

import dev.driftline.config.DriftlineConfig;
import dev.driftline.threads.LastingThread;
import dev.driftline.topics.RecordsPerOffset;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.streams.KafkaStreams;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sees, every few seconds on a thread of its own, how far the ends of the partitions that this instance reads are ahead of
 * what may be read of them. Behind a transaction of a producer that hangs nothing is scored, and the consumers say that they
 * lag by 0: theirs is the lag to the last stable offset.
 *
 * <p>One start and one close; everything else from any thread.
 */
final class OpenTransactions implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(OpenTransactions.class);

    private static final Duration LOOK = Duration.ofSeconds(5);

    /** Where partitions end. */
    interface Ends {

        /** The offset after the last record that a reader of that kind gets. */
        Map<TopicPartition, Long> of(Set<TopicPartition> partitions, IsolationLevel reader)
                throws ExecutionException, InterruptedException;
    }

    private record Seen(long stable, long end, long sinceNanos) {}

    private final Supplier<Set<TopicPartition>> read;
    private final RecordsPerOffset shares;
    private final LongSupplier nanos;
    private volatile Map<TopicPartition, Seen> seen = Map.of();
    private @Nullable LastingThread thread;

    /**
     * @param read the partitions that this instance reads just now
     * @param nanos the clock
     */
    OpenTransactions(Supplier<Set<TopicPartition>> read, RecordsPerOffset shares, LongSupplier nanos) {
        this.read = read;
        this.shares = shares;
        this.nanos = nanos;
    }

    /** Begins to look. */
    synchronized void start(DriftlineConfig config) {
        LastingThread looking = new LastingThread(
                "driftline-open-transactions",
                () -> run(config),
                // What was seen last stands; a broker that is away makes itself heard elsewhere.
                e -> LOG.debug("Cannot see which transactions are open", e),
                LOOK);
        looking.start();
        thread = looking;
    }

    /** Looks again and again, until something goes wrong. */
    private void run(DriftlineConfig config) throws InterruptedException {
        try (Admin admin = Admin.create(config.clients().admin())) {
            while (true) {
                look((partitions, reader) -> ends(admin, partitions, reader));
                TimeUnit.NANOSECONDS.sleep(LOOK.toNanos());
            }
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        } catch (InterruptException e) {
            throw (InterruptedException) new InterruptedException().initCause(e);
        }
    }

    private static Map<TopicPartition, Long> ends(Admin admin, Set<TopicPartition> partitions, IsolationLevel reader)
            throws ExecutionException, InterruptedException {
        Map<TopicPartition, OffsetSpec> latest = new HashMap<>();
        partitions.forEach(partition -> latest.put(partition, OffsetSpec.latest()));
        Map<TopicPartition, Long> ends = new HashMap<>();
        for (Map.Entry<TopicPartition, ListOffsetsResult.ListOffsetsResultInfo> end : admin.listOffsets(
                        latest, new ListOffsetsOptions(reader))
                .all()
                .get()
                .entrySet()) {
            ends.put(end.getKey(), end.getValue().offset());
        }
        return ends;
    }

    /** Looks once. */
    void look(Ends ends) throws ExecutionException, InterruptedException {
        Set<TopicPartition> partitions = read.get();
        if (partitions.isEmpty()) {
            seen = Map.of();
            return;
        }
        // In this order, what comes meanwhile can only make it more.
        Map<TopicPartition, Long> stable = ends.of(partitions, IsolationLevel.READ_COMMITTED);
        Map<TopicPartition, Long> end = ends.of(partitions, IsolationLevel.READ_UNCOMMITTED);
        Map<TopicPartition, Seen> before = seen;
        Map<TopicPartition, Seen> now = new HashMap<>();
        for (TopicPartition partition : partitions) {
            Long first = stable.get(partition);
            Long last = end.get(partition);
            if (first == null || last == null) {
                continue;
            }
            Seen known = before.get(partition);
            long since = nanos.getAsLong();
            if (known != null && known.stable == first && known.end > first && last > first) {
                since = known.sinceNanos;
            }
            now.put(partition, new Seen(first, last, since));
        }
        seen = Map.copyOf(now);
    }

    /** What is held back in each partition that this instance reads, by topic and partition. */
    List<HeldBack> held() {
        return seen.entrySet().stream()
                .map(entry -> {
                    TopicPartition partition = entry.getKey();
                    Seen ends = entry.getValue();
                    long offsets = Math.max(0, ends.end - ends.stable);
                    long seconds =
                            offsets == 0 ? 0 : TimeUnit.NANOSECONDS.toSeconds(nanos.getAsLong() - ends.sinceNanos);
                    return new HeldBack(
                            partition.topic(),
                            partition.partition(),
                            shares.records(partition.topic(), partition.partition(), offsets),
                            seconds);
                })
                .sorted(Comparator.comparing(HeldBack::topic).thenComparing(HeldBack::partition))
                .toList();
    }

    /** The partitions of the tasks of a running topology. */
    static Set<TopicPartition> readBy(KafkaStreams streams) {
        Set<TopicPartition> partitions = new HashSet<>();
        streams.metadataForLocalThreads()
                .forEach(thread -> thread.activeTasks().forEach(task -> partitions.addAll(task.topicPartitions())));
        return partitions;
    }

    @Override
    public synchronized void close() {
        LastingThread looking = thread;
        if (looking != null) {
            looking.interrupt();
            looking.join(Duration.ofSeconds(10));
            thread = null;
        }
    }
}
