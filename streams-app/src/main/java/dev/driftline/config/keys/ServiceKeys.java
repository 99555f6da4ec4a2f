package dev.driftline.config.keys;

import java.nio.file.Path;
import java.util.Locale;

/** The name of the service, its connections, and how it runs on Kafka Streams. */
public final class ServiceKeys {

    static final KeyGroup GROUP = new KeyGroup("Service");

    public static final ConfigKey<String> BOOTSTRAP_SERVERS = GROUP.text(
            "bootstrap.servers",
            "localhost:9092",
            "a list HOST:PORT,HOST:PORT",
            "Kafka brokers for the first connection. More than one helps only if one of them is down at start.",
            ServiceKeys::hostPorts);

    public static final ConfigKey<String> SCHEMA_REGISTRY_URL = GROUP.text(
            "schema.registry.url",
            "http://localhost:8081",
            "a list of http://, https:// or mock:// addresses",
            "Addresses of the Schema Registry, separated by commas. They are tried in turn.",
            ServiceKeys::registryUrls);

    public static final ConfigKey<String> APPLICATION_ID = GROUP.text(
            "application.id",
            "driftline",
            "letters, digits, '.', '_' and '-', at most 100 of them",
            "Name of the service: its consumer group, its transactional ids and the prefix of its changelog "
                    + "topics. Instances with the same name share the work; another name is another model and needs another topics.prefix.",
            value -> ValueReaders.matching(value, "[A-Za-z0-9._-]{1,100}"));

    public static final ConfigKey<Path> STATE_DIR = GROUP.key(
            "state.dir",
            ".driftline/state",
            "a folder",
            "Folder of the RocksDB stores. If it is lost, the stores are restored from the changelog topics; no "
                    + "count is lost. Two instances on one machine need two folders.",
            ValueReaders::path);

    public static final ConfigKey<Integer> STREAM_THREADS = GROUP.whole(
            "stream.threads",
            "2",
            1,
            1024,
            "Stream threads of this instance. Threads beyond shards + 2 × partitions + 1 are idle.");

    public static final ConfigKey<ProcessingGuarantee> PROCESSING_GUARANTEE = GROUP.key(
            "processing.guarantee",
            "exactly_once_v2",
            "exactly_once_v2 or at_least_once",
            "exactly_once_v2: a crash neither changes a count nor repeats a score. at_least_once: a crash may do "
                    + "both.",
            value -> ProcessingGuarantee.valueOf(value.toUpperCase(Locale.ROOT)));

    public static final ConfigKey<Long> COMMIT_INTERVAL_MS = GROUP.wholeLong(
            "commit.interval.ms",
            "100",
            1,
            600_000,
            "Milliseconds between commits. Under exactly-once, each hop of a document becomes visible at a "
                    + "commit, so this sets the latency. 100 is chosen for low latency; 1000 writes fewer changelog records "
                    + "and processes more tokens per second. An interval below 1000 grows to up to ten times as much, "
                    + "at most 1000, where commits would take more than a fifth of a busy thread's time; see commit.early.");

    public static final ConfigKey<Boolean> COMMIT_EARLY = GROUP.flag(
            "commit.early",
            "true",
            "Whether a stream thread commits as soon as it has processed all polled records, instead of waiting "
                    + "for the interval. Early commits take at most a third of the thread's time; a thread with a backlog "
                    + "commits by the interval alone. With false, the interval is kept to the letter, whatever commits take.");

    private ServiceKeys() {}

    private static String hostPorts(String value) {
        for (String server : value.split(",", -1)) {
            String port = server.substring(server.lastIndexOf(':') + 1);
            if (!server.contains(":") || server.startsWith(":") || server.contains("/")) {
                throw new IllegalArgumentException(value);
            }
            ValueReaders.between(Long.parseLong(port.strip()), 1, 65_535);
        }
        return value;
    }

    private static String registryUrls(String value) {
        for (String url : value.split(",", -1)) {
            ValueReaders.matching(url.strip(), "(https?|mock)://\\S+");
        }
        return value;
    }
}
