package dev.driftline.config;

import dev.driftline.config.keys.ConfigKey;
import dev.driftline.config.keys.DriftKeys;
import dev.driftline.config.keys.InputKeys;
import dev.driftline.config.keys.MemoryKeys;
import dev.driftline.config.keys.ModelKeys;
import dev.driftline.config.keys.OutputKeys;
import dev.driftline.config.keys.Settings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/**
 * The settings of one Driftline process, complete and checked.
 *
 * <p>A setting comes from these places, the later winning: its default, a properties file, the environment
 * ({@code model.order} is {@code DRIFTLINE_MODEL_ORDER}; write {@code __} for a {@code _} of the name), the command line
 * ({@code --set key=value}). Settings of Kafka and of the Schema Registry client pass through unchanged: those that start
 * with {@code kafka.}, {@code streams.}, {@code consumer.}, {@code producer.}, {@code admin.} and
 * {@code schema.registry.}, see {@link #clients()}. Immutable; safe for any thread.
 *
 * <p>Kafka's own {@code ConfigDef} is not used: it stops at the first problem, and does not know where a value comes from.
 */
public final class DriftlineConfig {

    private static final long SNAPSHOT_CHUNK_BYTES = 512 * 1024;

    /** Tokens of a source that are stored in one record. */
    private static final long SEGMENT_TOKENS = 1024;

    /** What a listed word takes beside its spelling: a probability, and lengths. */
    private static final long WORD_OVERHEAD_BYTES = 24;

    /** Caches, network, mixture and blends: models that predict words beside the orders. */
    private static final long OTHER_MODELS = 5;

    private final Map<ConfigKey<?>, Object> values;
    private final Map<String, Setting> settings;

    private DriftlineConfig(Map<ConfigKey<?>, Object> values, Map<String, Setting> settings) {
        this.values = values;
        this.settings = settings;
    }

    /** The defaults, without any file, environment or option: for tests. */
    public static DriftlineConfig defaults() {
        return load(Optional.empty(), Map.of(), Map.of());
    }

    /** The defaults with {@code overrides} on top. */
    public static DriftlineConfig of(Map<String, String> overrides) {
        return load(Optional.empty(), Map.of(), overrides);
    }

    /** The defaults with what was set by {@code option} of a command on top. */
    public static DriftlineConfig ofOption(String option, Map<String, String> values) {
        Map<String, Setting> given = new TreeMap<>();
        SettingSources.override(given, option, values);
        return check(given);
    }

    /**
     * Merges file, environment and command line.
     *
     * @param file a properties file, UTF-8
     * @param environment for example {@link System#getenv()}; names that do not start with {@code DRIFTLINE_} are ignored
     * @param overrides key to value, from the command line
     * @throws InvalidConfigException with one line for each problem
     */
    public static DriftlineConfig load(
            Optional<Path> file, Map<String, String> environment, Map<String, String> overrides) {
        return check(SettingSources.merged(file, environment, overrides));
    }

    /** This configuration with {@code overrides} on top of everything. */
    public DriftlineConfig with(Map<String, String> overrides) {
        Map<String, Setting> given = new TreeMap<>(settings);
        SettingSources.override(given, overrides);
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

    /** Every setting in force: Driftline's own in the order of {@link Settings#keys()}, then those that pass through. */
    public List<Setting> effective() {
        return List.copyOf(settings.values());
    }

    /** What Kafka's clients and that of the Schema Registry are given. */
    public ClientProperties clients() {
        return new ClientProperties(this);
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
     * The largest size in bytes of a record of any Driftline topic, changelogs among them, with key, headers and format
     * overhead: {@code max.message.bytes} of the topics and {@code max.request.size} of the producers. The largest records are
     * the replies, which hold two numbers for each order and position; if documents are kept small, the chunks of a snapshot;
     * if tokens may be long, what lists many words: predictions, and a segment of a source's newest tokens.
     */
    public int maxRecordBytes() {
        long order = get(ModelKeys.ORDER);
        long reply = 64L + get(InputKeys.DOCUMENT_MAX_TOKENS) * (20 * order + 32);
        long document = 2L * get(InputKeys.DOCUMENT_MAX_BYTES);
        long word = get(InputKeys.TOKEN_MAX_BYTES) + WORD_OVERHEAD_BYTES;
        long predictions = word * (get(OutputKeys.PREDICTIONS_K) * (order + OTHER_MODELS) + order);
        long segment = word * SEGMENT_TOKENS;
        long reference = 10L * get(DriftKeys.REFERENCE_TOKENS);
        long largest = LongStream.of(SNAPSHOT_CHUNK_BYTES, reply, document, predictions, segment, reference)
                .max()
                .orElseThrow();
        return Math.toIntExact(Math.min(Integer.MAX_VALUE / 4, 64 * 1024 + largest));
    }

    private static DriftlineConfig check(Map<String, Setting> given) {
        // First, for what is said below about a wrong value may repeat it.
        given.values().forEach(Setting::learnSecrets);
        List<String> problems = new ArrayList<>();
        Map<ConfigKey<?>, Object> values = new HashMap<>();
        Map<String, Setting> settings = new LinkedHashMap<>();
        for (ConfigKey<?> key : Settings.keys()) {
            Setting setting = given.getOrDefault(key.name(), new Setting(key.name(), key.defaultText(), "default"));
            settings.put(key.name(), setting);
            try {
                values.put(key, key.read(setting.text()));
            } catch (IllegalArgumentException e) {
                problems.add(e.getMessage() + " (" + setting.origin() + ")");
            }
        }
        for (Setting setting : given.values()) {
            if (settings.containsKey(setting.name())) {
                continue;
            }
            if (PassThrough.includes(setting.name())) {
                PassThrough.ownedKey(setting.name())
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

    private static String nearest(String name) {
        return Settings.keys().stream()
                .map(ConfigKey::name)
                .min(Comparator.comparingInt(known -> EditDistance.between(name, known)))
                .orElseThrow();
    }
}
