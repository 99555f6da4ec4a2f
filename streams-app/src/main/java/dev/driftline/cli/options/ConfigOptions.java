package dev.driftline.cli.options;

import dev.driftline.config.DriftlineConfig;
import dev.driftline.config.keys.ServiceKeys;
import dev.driftline.terminal.CommandFailedException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The options by which every command that needs a configuration gets one. Use as {@code @Mixin}. */
public final class ConfigOptions {

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    private static final String FILE_VARIABLE = "DRIFTLINE_CONFIG";

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "Properties file with settings; also by the environment variable DRIFTLINE_CONFIG.")
    private @Nullable Path file;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description =
                    "A setting; wins over the file and the environment. `driftline config --reference` lists them.")
    private Map<String, String> set = new LinkedHashMap<>();

    @Option(names = "--bootstrap-servers", paramLabel = "HOST:PORT,…", description = "Kafka brokers.")
    private @Nullable String bootstrapServers;

    @Option(names = "--registry-url", paramLabel = "URL,…", description = "Schema Registry.")
    private @Nullable String registryUrl;

    /**
     * The configuration that file, environment and options make.
     *
     * @throws dev.driftline.config.InvalidConfigException with one line for each thing that is wrong
     */
    public DriftlineConfig load() {
        return load(Map.of());
    }

    /** As {@link #load()}, for a command that connects: it says so on standard error where no broker answers soon. */
    public DriftlineConfig loadToConnect() {
        return loadToConnect(Map.of());
    }

    /** As {@link #loadToConnect()} and {@link #load(Map)}. */
    public DriftlineConfig loadToConnect(Map<String, String> options) {
        DriftlineConfig config = load(options);
        BrokerWatch.start(
                Arrays.stream(config.get(ServiceKeys.BOOTSTRAP_SERVERS).split(","))
                        .map(String::strip)
                        .toList(),
                spec.commandLine().getErr());
        return config;
    }

    /**
     * As {@link #load()}.
     *
     * @param options settings that the command has options of its own for; they win over {@code --set}
     */
    public DriftlineConfig load(Map<String, String> options) {
        Map<String, String> overrides = new LinkedHashMap<>(set);
        if (bootstrapServers != null) {
            overrides.put(ServiceKeys.BOOTSTRAP_SERVERS.name(), bootstrapServers);
        }
        if (registryUrl != null) {
            overrides.put(ServiceKeys.SCHEMA_REGISTRY_URL.name(), registryUrl);
        }
        overrides.putAll(options);
        Map<String, String> environment = System.getenv();
        Optional<Path> properties = Optional.ofNullable(file)
                .or(() -> Optional.ofNullable(environment.get(FILE_VARIABLE)).map(Path::of));
        return DriftlineConfig.load(properties, environment, overrides);
    }

    /** A topic does not exist at the brokers that these options name. */
    public static CommandFailedException noTopic(String topic) {
        return new CommandFailedException("there is no topic " + topic
                + ": create it with `driftline topics create`, or check topics.prefix and --bootstrap-servers");
    }
}
