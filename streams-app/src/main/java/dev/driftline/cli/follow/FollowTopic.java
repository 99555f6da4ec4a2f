package dev.driftline.cli.follow;

import dev.driftline.cli.options.ConfigOptions;
import dev.driftline.config.DriftlineConfig;
import dev.driftline.schemas.MalformedRecordException;
import dev.driftline.schemas.SchemaRegistrySerdes;
import dev.driftline.terminal.CtrlC;
import dev.driftline.terminal.ExitCodes;
import dev.driftline.terminal.PlainJson;
import dev.driftline.topics.Topic;
import dev.driftline.topics.TopicNames;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.Deserializer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * Reads all partitions of a topic, committed records only, and prints each record as it arrives: until the limit, the
 * timeout or Ctrl-C, or until nobody reads the output any more. A tombstone and a record that cannot be read are passed over
 * and said on standard error. Use as {@code @Mixin}.
 */
final class FollowTopic {

    private static final Duration POLL = Duration.ofMillis(250);

    /** Records passed over that are told one by one; more are counted. */
    private static final int SHOWN = 5;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Mixin
    private ConfigOptions config;

    @Option(names = "--from-beginning", description = "Start with the oldest record. Default: show new records only.")
    private boolean fromBeginning;

    @Option(names = "--limit", paramLabel = "N", description = "Stop after N records, 1 or more. Default: go on.")
    private long limit = Long.MAX_VALUE;

    @Option(
            names = "--timeout",
            paramLabel = "SECONDS",
            description =
                    "Stop when no record has arrived for this many seconds, 0 or more; exit code 3 if --limit was not reached. Default: wait on.")
    private double timeoutSeconds = Double.POSITIVE_INFINITY;

    @Option(
            names = "--json",
            description = "Print one JSON object a line, with the partition and offset of the record in the topic.")
    private boolean json;

    private long passedOver;

    /**
     * Prints Avro values; with {@code --json} all their fields, after {@code partition} and {@code offset}.
     *
     * @param head first line of the table; empty for none
     * @param line a value as one line of it
     * @return the exit code
     * @throws dev.driftline.terminal.CommandFailedException if there is no such topic
     */
    <T extends SpecificRecord> int printValues(Topic topic, Class<T> type, String head, Function<T, String> line) {
        DriftlineConfig loaded = config.loadToConnect();
        String name = TopicNames.of(loaded).name(topic);
        try (Deserializer<T> values = new SchemaRegistrySerdes(loaded.clients().schemaRegistry()).deserializer(type)) {
            if (!json && !head.isEmpty()) {
                out().println(head);
                out().flush();
            }
            return follow(loaded, name, record -> {
                T value = values.deserialize(name, record.headers(), record.value());
                if (value == null) {
                    throw new PassedOver("its value is null: a tombstone");
                }
                return json ? json(record, value) : line.apply(value);
            });
        }
    }

    /**
     * Prints records whose bytes may be anything.
     *
     * @param plain a record for {@code --json}, as a map
     * @param line a record as one line
     * @return the exit code
     * @throws dev.driftline.terminal.CommandFailedException if there is no such topic
     */
    int printRecords(
            Topic topic,
            Function<ConsumerRecord<byte[], byte[]>, ?> plain,
            Function<ConsumerRecord<byte[], byte[]>, String> line) {
        DriftlineConfig loaded = config.loadToConnect();
        return follow(
                loaded, TopicNames.of(loaded).name(topic), json ? record -> PlainJson.line(plain.apply(record)) : line);
    }

    /** With the place of the record, by which a program knows again what it has read. */
    private static String json(ConsumerRecord<byte[], byte[]> record, SpecificRecord value) {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        fields.put("partition", record.partition());
        fields.put("offset", record.offset());
        fields.putAll(PlainJson.of(value));
        return PlainJson.line(fields);
    }

    private PrintWriter out() {
        return spec.commandLine().getOut();
    }

    private int follow(DriftlineConfig loaded, String topic, Function<ConsumerRecord<byte[], byte[]>, String> text) {
        // Without a group and without commits, an end of the JVM during the consumer's close would harm nothing.
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                        loaded.clients().consumer(), new ByteArrayDeserializer(), new ByteArrayDeserializer());
                CtrlC ctrlC = CtrlC.then(consumer::wakeup)) {
            try {
                assign(consumer, topic);
                return print(consumer, text, ctrlC);
            } catch (WakeupException stopped) {
                out().flush();
                return ExitCodes.OK;
            } finally {
                sayHowManyWerePassedOver();
            }
        }
    }

    private void assign(KafkaConsumer<byte[], byte[]> consumer, String topic) {
        List<PartitionInfo> partitions = consumer.partitionsFor(topic);
        if (partitions == null || partitions.isEmpty()) {
            throw ConfigOptions.noTopic(topic);
        }
        List<TopicPartition> all = partitions.stream()
                .map(partition -> new TopicPartition(topic, partition.partition()))
                .toList();
        consumer.assign(all);
        if (fromBeginning) {
            consumer.seekToBeginning(all);
        } else {
            consumer.seekToEnd(all);
            // Seeking is lazy. The position is asked for now, so that every record from this moment on is shown.
            all.forEach(consumer::position);
        }
    }

    private int print(
            KafkaConsumer<byte[], byte[]> consumer,
            Function<ConsumerRecord<byte[], byte[]>, String> text,
            CtrlC ctrlC) {
        // An infinite number of seconds becomes Long.MAX_VALUE milliseconds, which never pass.
        Duration timeout = Duration.ofMillis((long) (timeoutSeconds * 1000));
        long printed = 0;
        long last = System.nanoTime();
        while (!ctrlC.pressed() && printed < limit) {
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                if (printed < limit && print(record, text)) {
                    printed++;
                }
                last = System.nanoTime();
            }
            if (out().checkError()) {
                return ExitCodes.OK; // for example `| head`
            }
            Duration silent = Duration.ofNanos(System.nanoTime() - last);
            if (printed < limit && silent.compareTo(timeout) > 0) {
                return limit == Long.MAX_VALUE ? ExitCodes.OK : ExitCodes.TIMED_OUT;
            }
        }
        return ExitCodes.OK;
    }

    /** Whether the record could be printed; one that cannot is said, and those behind it are printed all the same. */
    private boolean print(
            ConsumerRecord<byte[], byte[]> record, Function<ConsumerRecord<byte[], byte[]>, String> text) {
        try {
            out().println(text.apply(record));
            return true;
        } catch (MalformedRecordException | PassedOver e) {
            passedOver++;
            if (passedOver <= SHOWN) {
                say("passed over partition " + record.partition() + ", offset " + record.offset() + ": "
                        + e.getMessage());
            }
            return false;
        }
    }

    private void sayHowManyWerePassedOver() {
        if (passedOver > SHOWN) {
            say(String.format(Locale.ROOT, "%,d records passed over in all", passedOver));
        }
    }

    private void say(String message) {
        spec.commandLine().getErr().println("driftline: " + message);
    }

    /** A record without anything to print. */
    private static final class PassedOver extends RuntimeException {
        private static final long serialVersionUID = 1L;

        PassedOver(String message) {
            super(message);
        }
    }
}
