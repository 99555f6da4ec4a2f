package dev.driftline.cli.follow;

import dev.driftline.config.DriftlineConfig;
import dev.driftline.terminal.CommandFailedException;
import dev.driftline.terminal.CtrlC;
import dev.driftline.terminal.ExitCodes;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Reads all partitions of a topic, committed records only, and prints them as they come. */
final class TopicFollower {

    private static final Duration POLL = Duration.ofMillis(250);

    private final DriftlineConfig config;
    private final String topic;
    private final FollowOptions options;

    TopicFollower(DriftlineConfig config, String topic, FollowOptions options) {
        this.config = config;
        this.topic = topic;
        this.options = options;
    }

    /**
     * Follows the topic until the limit, the timeout, Ctrl-C, or until nobody reads {@code out} any more.
     *
     * @param format one record as text, without the newline
     * @return the exit code
     */
    int print(PrintWriter out, Function<ConsumerRecord<byte[], byte[]>, String> format) {
        // Without a group and without commits, an end of the JVM during the consumer's close would harm nothing.
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                        config.clients().consumer(), new ByteArrayDeserializer(), new ByteArrayDeserializer());
                CtrlC ctrlC = CtrlC.then(consumer::wakeup)) {
            try {
                assign(consumer);
                return read(consumer, out, format, ctrlC);
            } catch (WakeupException stopped) {
                out.flush();
                return ExitCodes.OK;
            }
        }
    }

    private void assign(KafkaConsumer<byte[], byte[]> consumer) {
        List<PartitionInfo> partitions = consumer.partitionsFor(topic);
        if (partitions == null || partitions.isEmpty()) {
            throw new CommandFailedException("there is no topic " + topic
                    + ": create it with `driftline topics create`, or check topics.prefix and --bootstrap-servers");
        }
        List<TopicPartition> all = partitions.stream()
                .map(partition -> new TopicPartition(topic, partition.partition()))
                .toList();
        consumer.assign(all);
        if (options.fromBeginning()) {
            consumer.seekToBeginning(all);
        } else {
            consumer.seekToEnd(all);
            // Seeking is lazy. Asked for now, so that everything from this moment on is shown.
            all.forEach(consumer::position);
        }
    }

    private int read(
            KafkaConsumer<byte[], byte[]> consumer,
            PrintWriter out,
            Function<ConsumerRecord<byte[], byte[]>, String> format,
            CtrlC ctrlC) {
        long printed = 0;
        long last = System.nanoTime();
        while (!ctrlC.pressed()) {
            if (printed >= options.limit()) {
                return ExitCodes.OK;
            }
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                if (printed < options.limit()) {
                    out.println(format.apply(record));
                    printed++;
                }
                last = System.nanoTime();
            }
            if (out.checkError()) {
                return ExitCodes.OK; // for example `| head`
            }
            Duration silent = Duration.ofNanos(System.nanoTime() - last);
            if (printed < options.limit() && silent.compareTo(options.timeout()) > 0) {
                return options.hasLimit() ? ExitCodes.TIMED_OUT : ExitCodes.OK;
            }
        }
        return ExitCodes.OK;
    }
}
