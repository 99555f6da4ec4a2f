package dev.driftline.config.keys;

import java.util.List;

/** Names, partitions and retention of the topics. */
public final class TopicKeys {

    static final KeyGroup GROUP = new KeyGroup("Topics");

    public static final ConfigKey<Integer> SHARDS = GROUP.whole(
            "shards",
            "1",
            1,
            1024,
            "Partitions of the n-gram counts: the maximum number of threads, over all instances, that can count "
                    + "at once. With one, nothing crosses the brokers between reading a document and scoring it. The model does not depend on it. Once the topics exist, `driftline reshard` raises it.");

    public static final ConfigKey<Integer> PARTITIONS = GROUP.whole(
            "partitions",
            "1",
            1,
            1024,
            "Partitions of the text, documents, scores, predictions and replies topics. With one shard, partitions can "
                    + "be added to the inputs later; with more, the number cannot be changed once the topics exist.");

    public static final ConfigKey<String> PREFIX = GROUP.text(
            "topics.prefix",
            "driftline.",
            "letters, digits, '.', '_' and '-', at most 100 of them",
            "Prefix of all topic names. It belongs to the application.id that first starts with it.",
            value -> ValueReaders.matching(value, "[A-Za-z0-9._-]{0,100}"));

    public static final ConfigKey<Short> REPLICATION_FACTOR = GROUP.key(
            "topics.replication.factor",
            "-1",
            "-1 or a whole number from 1 to 9",
            "Replicas of each topic that `driftline topics create` makes; -1 is the broker's default. Use 3 in "
                    + "production.",
            value -> {
                short factor = Short.parseShort(value);
                if (factor != -1 && (factor < 1 || factor > 9)) {
                    throw new IllegalArgumentException(value);
                }
                return factor;
            });

    public static final ConfigKey<Long> RETENTION_MS = GROUP.wholeLong(
            "topics.retention.ms",
            "604800000",
            -1,
            Long.MAX_VALUE,
            "Milliseconds for which text, documents, scores and predictions are kept; -1 keeps them forever. The "
                    + "default is 7 days.");

    public static final ConfigKey<Long> INTERNAL_RETENTION_MS = GROUP.wholeLong(
            "topics.internal.retention.ms",
            "259200000",
            -1,
            Long.MAX_VALUE,
            "Milliseconds for which internal requests and replies are kept; -1 keeps them forever. Must be longer "
                    + "than the longest downtime of the service, otherwise documents in progress at that time are never "
                    + "scored. The default is 3 days.");

    public static final ConfigKey<Long> DEAD_LETTER_RETENTION_MS = GROUP.wholeLong(
            "topics.dead.letters.retention.ms",
            "2592000000",
            -1,
            Long.MAX_VALUE,
            "Milliseconds for which dead letters are kept; -1 keeps them forever. The default is 30 days.");

    public static final ConfigKey<String> COMPRESSION = GROUP.oneOf(
            "topics.compression",
            "gzip",
            "How brokers store the topics that others read: scores, predictions, encodings, drift, promotions, dead "
                    + "letters, and those of a filter. gzip is what every client reads, and none of them needs another "
                    + "package for it; producer keeps the compression of the service, which is LZ4. Topics that exist stay "
                    + "as they are.",
            List.of("gzip", "producer", "uncompressed", "lz4", "snappy", "zstd"));

    private TopicKeys() {}
}
