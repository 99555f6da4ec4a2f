package dev.driftline.config;

import dev.driftline.corpus.TextInput;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The places that settings come from: a properties file, the environment, the command line. Nothing is checked here. */
final class SettingSources {

    private static final Logger LOG = LoggerFactory.getLogger(SettingSources.class);
    private static final int MOST_BYTES = 1 << 24;
    private static final String ENVIRONMENT_PREFIX = "DRIFTLINE_";

    /** Variables of the launcher, which are not settings. */
    private static final Pattern OF_THE_LAUNCHER =
            Pattern.compile("DRIFTLINE_(CACHE|CONFIG|HOME|OPTS|JAVA_OPTS|JAVA_HOME|PORT)");

    /**
     * What Kubernetes puts into every container for each service in its namespace: for one called {@code driftline-metrics},
     * {@code DRIFTLINE_METRICS_SERVICE_HOST}, {@code …_SERVICE_PORT}, {@code …_SERVICE_PORT_HTTP}, {@code …_PORT},
     * {@code …_PORT_7070_TCP} and {@code …_PORT_7070_TCP_ADDR}. The name alone tells all but {@code …_PORT}, which is a
     * setting's, too, unless its value is an address.
     */
    private static final Pattern OF_A_SERVICE = Pattern.compile(
            "DRIFTLINE_(?:[A-Z0-9_]+_)?(?:SERVICE_HOST|SERVICE_PORT(?:_[A-Z0-9_]+)?|PORT_\\d+_(?:TCP|UDP|SCTP)(?:_(?:PROTO|PORT|ADDR))?)");

    private static final Pattern PORT = Pattern.compile("DRIFTLINE_(?:[A-Z0-9_]+_)?PORT");
    private static final Pattern ADDRESS = Pattern.compile("(?:tcp|udp|sctp)://.*");

    private SettingSources() {}

    /**
     * All settings by name; the command line replaces the environment, which replaces the file.
     *
     * @throws InvalidConfigException if the file cannot be read
     */
    static Map<String, Setting> merged(
            Optional<Path> file, Map<String, String> environment, Map<String, String> overrides) {
        Map<String, Setting> merged = new TreeMap<>();
        file.ifPresent(path -> readFile(path).forEach((name, text) -> {
            merged.put(name, new Setting(name, text, path.toString()));
        }));
        new TreeMap<>(environment).forEach((variable, text) -> {
            if (isOfKubernetes(variable, text)) {
                LOG.warn(
                        "Passed over {}={}: Kubernetes sets it for a service of that name, and it is not a setting",
                        variable,
                        text);
            } else if (variable.startsWith(ENVIRONMENT_PREFIX)
                    && !OF_THE_LAUNCHER.matcher(variable).matches()) {
                String name = nameOf(variable);
                merged.put(name, new Setting(name, text, "environment " + variable));
            }
        });
        override(merged, overrides);
        return merged;
    }

    /** Puts what was set on the command line into {@code settings}. */
    static void override(Map<String, Setting> settings, Map<String, String> overrides) {
        override(settings, "--set", overrides);
    }

    /** Puts what was set by {@code option} into {@code settings}. */
    static void override(Map<String, Setting> settings, String option, Map<String, String> overrides) {
        overrides.forEach((name, text) -> settings.put(name, new Setting(name, text, option)));
    }

    private static boolean isOfKubernetes(String variable, String text) {
        return OF_A_SERVICE.matcher(variable).matches()
                || PORT.matcher(variable).matches() && ADDRESS.matcher(text).matches();
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
        if (!Files.exists(path)) {
            throw new InvalidConfigException("no such configuration file: " + path);
        }
        try {
            properties.load(new StringReader(TextInput.read(path, MOST_BYTES)));
        } catch (IOException | IllegalArgumentException e) {
            throw new InvalidConfigException("cannot read configuration file " + path + ": " + e.getMessage());
        }
        Map<String, String> settings = new TreeMap<>();
        properties.forEach((name, text) -> settings.put((String) name, (String) text));
        return settings;
    }
}
