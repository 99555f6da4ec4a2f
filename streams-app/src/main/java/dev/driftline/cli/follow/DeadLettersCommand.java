package dev.driftline.cli.follow;

import dev.driftline.terminal.Printable;
import dev.driftline.topics.Topic;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code driftline dead-letters}: follows the dead-letter topic. */
@Command(
        name = "dead-letters",
        mixinStandardHelpOptions = true,
        description = "Follow the dead letters: records that could not be scored, and why.",
        footerHeading = "%nExample:%n",
        footer = "  driftline dead-letters --from-beginning --timeout 5 --json")
public final class DeadLettersCommand implements Callable<Integer> {

    /** What Driftline's own headers begin with; the others came with the record. */
    private static final String OWN = "driftline.";

    private static final int KEY_LENGTH = 24;

    @Mixin
    private FollowTopic topic;

    @Override
    public Integer call() {
        return topic.printRecords(Topic.DEAD_LETTERS, DeadLettersCommand::asMap, DeadLettersCommand::line);
    }

    static String line(ConsumerRecord<byte[], byte[]> record) {
        List<String> reasons = new ArrayList<>();
        for (Header header : record.headers()) {
            if (header.key().startsWith(OWN)) {
                reasons.add(header.key().substring(OWN.length()) + "=" + Printable.escape(text(header.value())));
            }
        }
        return String.format(
                Locale.ROOT,
                "%s key=%s value=%s %s",
                Instant.ofEpochMilli(record.timestamp()),
                record.key() == null ? "null" : Printable.cut(text(record.key()), KEY_LENGTH),
                record.value() == null ? "null" : record.value().length + " bytes",
                String.join("  ", reasons));
    }

    static Map<String, @Nullable Object> asMap(ConsumerRecord<byte[], byte[]> record) {
        Map<String, @Nullable Object> headers = new LinkedHashMap<>();
        record.headers().forEach(header -> headers.put(header.key(), text(header.value())));
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        map.put("partition", record.partition());
        map.put("offset", record.offset());
        map.put("timestamp", Instant.ofEpochMilli(record.timestamp()).toString());
        map.put("headers", headers);
        map.put("key_base64", base64(record.key()));
        map.put("value_base64", base64(record.value()));
        return map;
    }

    private static @Nullable String text(byte @Nullable [] bytes) {
        return bytes == null ? null : new String(bytes, StandardCharsets.UTF_8);
    }

    private static @Nullable String base64(byte @Nullable [] bytes) {
        return bytes == null ? null : Base64.getEncoder().encodeToString(bytes);
    }
}
