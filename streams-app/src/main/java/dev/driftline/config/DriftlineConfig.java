package dev.driftline.config;

import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.streams.StreamsConfig;

/**
 * The settings of one Driftline process, checked and complete.
 *
 * <p>A setting comes from, the later winning: its default, a properties file, the environment ({@code model.order} is
 * {@code DRIFTLINE_MODEL_ORDER}; write {@code __} for a {@code _} of the name), the command line ({@code --set
 * key=value}). Kafka's own settings pass through untouched under the prefixes of {@link #PASS_THROUGH_PREFIXES}.
 * Immutable; safe for any thread.
 */
public final class DriftlineConfig {

    /**
     * What passes through, and where to: {@code kafka.} to every Kafka client, {@code streams.} to Kafka Streams,
     * {@code consumer.}, {@code producer.} and {@code admin.} to those clients, {@code schema.registry.} to the Schema
     * Registry client.
     */
    public static final List<String> PASS_THROUGH_PREFIXES =
            List.of("kafka.", "streams.", "consumer.", "producer.", "admin.", "schema.registry.");

    /** How long a person at a command line waits for brokers; Kafka's own default is a minute. */
    private static final int ANSWER_TIMEOUT_MS = 20_000;

    private static final long SNAPSHOT_CHUNK_BYTES = 512 * 1024;

    private static final String ENVIRONMENT_PREFIX = "DRIFTLINE_";

    /**
     * Variables of this form are not settings: the launcher's own, and what Kubernetes puts into every container beside a
     * service that happens to be called "driftline".
     */
    private static final Pattern NOT_A_SETTING = Pattern.compile(
            "DRIFTLINE_(CACHE|CONFIG|HOME|OPTS|JAVA_OPTS|JAVA_HOME|SERVICE_HOST|SERVICE_PORT(_.*)?|PORT|PORT_\\d+_.*)");

    private static final Pattern SECRET = Pattern.compile(
            "password|passphrase|secret|user\\.?info|jaas|credentials?$|token$|api\\.?key|private\\.?key|keystore\\.key$");
    private static final Pattern USER_INFO_IN_URL = Pattern.compile("(://)[^/@\\s,]+@");
    private static final String MASK = "********";

    /** Kafka names that Driftline sets itself from a key of its own, and that key. */
    private static final Map<String, ConfigKey<?>> OWNED = Map.of(
            StreamsConfig.APPLICATION_ID_CONFIG, ServiceKeys.APPLICATION_ID,
            StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, ServiceKeys.BOOTSTRAP_SERVERS,
            StreamsConfig.STATE_DIR_CONFIG, ServiceKeys.STATE_DIR,
            StreamsConfig.NUM_STREAM_THREADS_CONFIG, ServiceKeys.STREAM_THREADS,
            StreamsConfig.PROCESSING_GUARANTEE_CONFIG, ServiceKeys.PROCESSING_GUARANTEE,
            StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, ServiceKeys.COMMIT_INTERVAL_MS);

    private final Map<ConfigKey<?>, Object> values;
    private final Map<String, Setting> settings;

    private DriftlineConfig(Map<ConfigKey<?>, Object> values, Map<String, Setting> settings) {
        this.values = values;
        this.settings = settings;
    }

    /**
     * One effective setting.
     *
     * @param name the key
     * @param text its value as it was written
     * @param origin where it comes from, for example {@code default} or {@code --set}
     */
    public record Setting(String name, String text, String origin) {

        /** The text, or stars where it is a secret. User and password inside an address are hidden, too. */
        public String masked() {
            boolean mayBeSecret = isPassThrough(name) || name.startsWith("http.");
            if (mayBeSecret
                    && !text.isEmpty()
                    && SECRET.matcher(name.toLowerCase(Locale.ROOT)).find()) {
                return MASK;
            }
            return USER_INFO_IN_URL.matcher(text).replaceAll("$1" + MASK + "@");
        }
    }

    /** The defaults, nothing else: what a test starts from. */
    public static DriftlineConfig defaults() {
        return load(Optional.empty(), Map.of(), Map.of());
    }

    /** The defaults with {@code overrides} on top. */
    public static DriftlineConfig of(Map<String, String> overrides) {
        return load(Optional.empty(), Map.of(), overrides);
    }

    /**
     * Merges file, environment and command line.
     *
     * @param file a properties file, UTF-8
     * @param environment for example {@link System#getenv()}; only names starting with {@code DRIFTLINE_} count
     * @param overrides key to value, from the command line
     * @throws InvalidConfigException with one line for each thing that is wrong
     */
    public static DriftlineConfig load(
            Optional<Path> file, Map<String, String> environment, Map<String, String> overrides) {
        Map<String, Setting> given = new TreeMap<>();
        file.ifPresent(path -> readFile(path).forEach((name, text) -> {
            given.put(name, new Setting(name, text, path.toString()));
        }));
        new TreeMap<>(environment).forEach((variable, text) -> {
            if (variable.startsWith(ENVIRONMENT_PREFIX)
                    && !NOT_A_SETTING.matcher(variable).matches()) {
                String name = nameOf(variable);
                given.put(name, new Setting(name, text, "environment " + variable));
            }
        });
        overrides.forEach((name, text) -> given.put(name, new Setting(name, text, "--set")));
        return check(given);
    }

    /** This configuration with {@code overrides} on top of everything. */
    public DriftlineConfig with(Map<String, String> overrides) {
        Map<String, Setting> given = new TreeMap<>(settings);
        overrides.forEach((name, text) -> given.put(name, new Setting(name, text, "--set")));
        return check(given);
    }

    /** The value of {@code key}. */
    public <T> T get(ConfigKey<T> key) {
        @SuppressWarnings("unchecked") // check() put a T there, read by the key itself
        T value = (T) values.get(key);
        if (value == null) {
            throw new IllegalArgumentException(key.name() + " is not in a group that Settings names");
        }
        return value;
    }

    /** Every setting that is in force: Driftline's own in the order of {@link Settings#keys()}, then what passes through. */
    public List<Setting> effective() {
        return List.copyOf(settings.values());
    }

    /** {@link #effective()} as text, one {@code key = value  (origin)} a line, secrets masked. */
    public String describe() {
        int width = settings.keySet().stream().mapToInt(String::length).max().orElse(1);
        return settings.values().stream()
                .map(setting -> String.format(
                        Locale.ROOT, "%-" + width + "s = %s  (%s)", setting.name(), setting.masked(), setting.origin()))
                .collect(Collectors.joining(System.lineSeparator()));
    }

    /**
     * Most bytes that one record of any Driftline topic may need, key, headers and format overhead included: what
     * {@code max.message.bytes} of the topics and {@code max.request.size} of the producers are set to. The largest are the
     * replies, which carry two numbers for each order and position; where documents are kept small, the chunks of a
     * snapshot.
     */
    public int maxRecordBytes() {
        long reply = 64L + (long) get(InputKeys.DOCUMENT_MAX_TOKENS) * (20L * get(ModelKeys.ORDER) + 32);
        long document = 2L * get(InputKeys.DOCUMENT_MAX_BYTES);
        return Math.toIntExact(
                Math.min(Integer.MAX_VALUE / 4, 64 * 1024 + Math.max(SNAPSHOT_CHUNK_BYTES, Math.max(reply, document))));
    }

    /** Properties for {@code KafkaStreams}: Driftline's own, and what passes through, which wins. */
    public Properties streamsProperties() {
        Properties properties = new Properties();
        properties.put(StreamsConfig.APPLICATION_ID_CONFIG, get(ServiceKeys.APPLICATION_ID));
        properties.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, get(ServiceKeys.BOOTSTRAP_SERVERS));
        properties.put(
                StreamsConfig.STATE_DIR_CONFIG, get(ServiceKeys.STATE_DIR).toString());
        properties.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, get(ServiceKeys.STREAM_THREADS));
        properties.put(
                StreamsConfig.PROCESSING_GUARANTEE_CONFIG,
                get(ServiceKeys.PROCESSING_GUARANTEE).text());
        properties.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, get(ServiceKeys.COMMIT_INTERVAL_MS));
        properties.put(StreamsConfig.ENSURE_EXPLICIT_INTERNAL_RESOURCE_NAMING_CONFIG, true);
        // Will be Kafka 5's default; 4.3 warns at each start where it is unset, and deprecates the constant for it.
        properties.put("processing.exception.handler.global.enabled", true);
        properties.put(StreamsConfig.producerPrefix(ProducerConfig.MAX_REQUEST_SIZE_CONFIG), maxRecordBytes());
        properties.put(
                StreamsConfig.producerPrefix(ProducerConfig.BUFFER_MEMORY_CONFIG),
                Math.max(32L * 1024 * 1024, 2L * maxRecordBytes()));
        properties.put(StreamsConfig.topicPrefix(TopicConfig.MAX_MESSAGE_BYTES_CONFIG), maxRecordBytes());
        properties.putAll(stripped("kafka."));
        properties.putAll(stripped("streams."));
        stripped("consumer.").forEach((name, text) -> properties.put(StreamsConfig.consumerPrefix(name), text));
        stripped("producer.").forEach((name, text) -> properties.put(StreamsConfig.producerPrefix(name), text));
        stripped("admin.").forEach((name, text) -> properties.put(StreamsConfig.adminClientPrefix(name), text));
        return properties;
    }

    /** Properties for a consumer outside the topology; reads only what was committed. */
    public Map<String, Object> consumerProperties() {
        Map<String, Object> properties = clientProperties();
        properties.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        properties.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        properties.putIfAbsent(CommonClientConfigs.DEFAULT_API_TIMEOUT_MS_CONFIG, ANSWER_TIMEOUT_MS);
        properties.putAll(stripped("consumer."));
        return properties;
    }

    /** Properties for a producer outside the topology. */
    public Map<String, Object> producerProperties() {
        Map<String, Object> properties = clientProperties();
        properties.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, maxRecordBytes());
        properties.put(ProducerConfig.BUFFER_MEMORY_CONFIG, Math.max(32L * 1024 * 1024, 2L * maxRecordBytes()));
        properties.putAll(stripped("producer."));
        return properties;
    }

    /** Properties for an admin client. */
    public Map<String, Object> adminProperties() {
        Map<String, Object> properties = clientProperties();
        properties.putIfAbsent(CommonClientConfigs.DEFAULT_API_TIMEOUT_MS_CONFIG, ANSWER_TIMEOUT_MS);
        properties.putIfAbsent(CommonClientConfigs.REQUEST_TIMEOUT_MS_CONFIG, ANSWER_TIMEOUT_MS);
        properties.putAll(stripped("admin."));
        return properties;
    }

    /**
     * Settings of the Schema Registry client and serializers, {@code schema.registry.url} included. The client reads some
     * names with the prefix {@code schema.registry.} (TLS) and some without (basic authentication), so each is there twice.
     */
    public Map<String, String> schemaRegistryProperties() {
        Map<String, String> properties = new TreeMap<>();
        stripped("schema.registry.").forEach((name, text) -> {
            if (!name.equals("url")) {
                properties.put(name, text);
                properties.put("schema.registry." + name, text);
            }
        });
        properties.put(ServiceKeys.SCHEMA_REGISTRY_URL.name(), get(ServiceKeys.SCHEMA_REGISTRY_URL));
        return properties;
    }

    private Map<String, Object> clientProperties() {
        Map<String, Object> properties = new HashMap<>();
        properties.put(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, get(ServiceKeys.BOOTSTRAP_SERVERS));
        properties.putAll(stripped("kafka."));
        return properties;
    }

    private Map<String, String> stripped(String prefix) {
        Map<String, String> properties = new TreeMap<>();
        settings.forEach((name, setting) -> {
            if (name.startsWith(prefix)) {
                properties.put(name.substring(prefix.length()), setting.text());
            }
        });
        return properties;
    }

    private static DriftlineConfig check(Map<String, Setting> given) {
        List<String> problems = new ArrayList<>();
        Map<ConfigKey<?>, Object> values = new HashMap<>();
        Map<String, Setting> settings = new LinkedHashMap<>();
        for (ConfigKey<?> key : Settings.keys()) {
            Setting setting = given.getOrDefault(key.name(), new Setting(key.name(), key.defaultText(), "default"));
            settings.put(key.name(), setting);
            try {
                values.put(key, key.read(setting.text()));
            } catch (InvalidConfigException e) {
                problems.add(e.getMessage() + " (" + setting.origin() + ")");
            }
        }
        for (Setting setting : given.values()) {
            if (settings.containsKey(setting.name())) {
                continue;
            }
            if (isPassThrough(setting.name())) {
                owner(setting.name())
                        .ifPresentOrElse(
                                key -> problems.add(
                                        setting.name() + ": set " + key.name() + " instead (" + setting.origin() + ")"),
                                () -> settings.put(setting.name(), setting));
            } else {
                problems.add("unknown setting " + setting.name() + " (" + setting.origin() + "): did you mean "
                        + nearest(setting.name()) + "?");
            }
        }
        if (problems.isEmpty()) {
            DriftlineConfig config = new DriftlineConfig(Map.copyOf(values), settings);
            config.checkTogether(problems);
            if (problems.isEmpty()) {
                return config;
            }
        }
        throw new InvalidConfigException(String.join(System.lineSeparator(), problems));
    }

    private void checkTogether(List<String> problems) {
        if (get(MemoryKeys.ROCKSDB_WRITE_BUFFER_BYTES) >= get(MemoryKeys.ROCKSDB_BLOCK_CACHE_BYTES)) {
            problems.add("rocksdb.write.buffer.bytes=" + get(MemoryKeys.ROCKSDB_WRITE_BUFFER_BYTES)
                    + ": must be less than rocksdb.block.cache.bytes=" + get(MemoryKeys.ROCKSDB_BLOCK_CACHE_BYTES)
                    + ", which it is part of");
        }
        if (get(InputKeys.TOKEN_MAX_BYTES) > get(InputKeys.DOCUMENT_MAX_BYTES)) {
            problems.add("token.max.bytes=" + get(InputKeys.TOKEN_MAX_BYTES)
                    + ": must not be more than document.max.bytes=" + get(InputKeys.DOCUMENT_MAX_BYTES));
        }
    }

    private static Optional<ConfigKey<?>> owner(String passThrough) {
        return Stream.of("kafka.", "streams.")
                .filter(passThrough::startsWith)
                .<ConfigKey<?>>map(prefix -> OWNED.get(passThrough.substring(prefix.length())))
                .filter(key -> key != null)
                .findFirst();
    }

    private static boolean isPassThrough(String name) {
        return PASS_THROUGH_PREFIXES.stream()
                        .anyMatch(prefix -> name.startsWith(prefix) && name.length() > prefix.length())
                && !name.equals(ServiceKeys.SCHEMA_REGISTRY_URL.name());
    }

    private static String nearest(String name) {
        return Settings.keys().stream()
                .map(ConfigKey::name)
                .min(Comparator.comparingInt(known -> distance(name, known)))
                .orElseThrow();
    }

    /** Levenshtein distance. */
    private static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int change = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(change, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[b.length()];
    }

    private static String nameOf(String variable) {
        return variable.substring(ENVIRONMENT_PREFIX.length())
                .toLowerCase(Locale.ROOT)
                .replace("__", "\u0000")
                .replace('_', '.')
                .replace('\u0000', '_');
    }

    private static Map<String, String> readFile(Path path) {
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(path, StandardCharsets.UTF_8)) {
            properties.load(reader);
        } catch (NoSuchFileException e) {
            throw new InvalidConfigException("no such configuration file: " + path);
        } catch (IOException | IllegalArgumentException e) {
            throw new InvalidConfigException("cannot read configuration file " + path + ": " + e.getMessage());
        }
        Set<String> names = properties.stringPropertyNames();
        Map<String, String> settings = new TreeMap<>();
        names.forEach(name -> settings.put(name, properties.getProperty(name)));
        return settings;
    }
}
