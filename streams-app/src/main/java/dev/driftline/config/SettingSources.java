package dev.driftline.config;

import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** The places that settings come from: a properties file, the environment, the command line. Nothing is checked here. */
final class SettingSources {

    private static final String ENVIRONMENT_PREFIX = "DRIFTLINE_";

    /**
     * Variables of this form are not settings: those of the launcher, and those that Kubernetes puts into every container
     * if a service is called "driftline".
     */
    private static final Pattern NOT_A_SETTING = Pattern.compile(
            "DRIFTLINE_(CACHE|CONFIG|HOME|OPTS|JAVA_OPTS|JAVA_HOME|SERVICE_HOST|SERVICE_PORT(_.*)?|PORT|PORT_\\d+_.*)");

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
            if (variable.startsWith(ENVIRONMENT_PREFIX)
                    && !NOT_A_SETTING.matcher(variable).matches()) {
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
        Map<String, String> settings = new TreeMap<>();
        properties.forEach((name, text) -> settings.put((String) name, (String) text));
        return settings;
    }
}
