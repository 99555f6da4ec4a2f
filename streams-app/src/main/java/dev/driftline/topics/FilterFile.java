package dev.driftline.topics;

import dev.driftline.config.DriftlineConfig;
import dev.driftline.config.InvalidConfigException;
import dev.driftline.config.keys.OutputKeys;
import dev.driftline.filter.FilterRules;
import dev.driftline.filter.InvalidRulesException;
import dev.driftline.filter.RulesReader;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

/** The filter rules that a configuration names. */
public final class FilterFile {

    private FilterFile() {}

    /**
     * Reads the rules of {@code config}; empty if it has none.
     *
     * @throws InvalidConfigException with a line for each problem
     */
    public static Optional<FilterRules> rules(DriftlineConfig config) {
        try {
            return config.get(OutputKeys.FILTER_RULES).map(FilterFile::read);
        } catch (InvalidRulesException e) {
            throw new InvalidConfigException(OutputKeys.FILTER_RULES.name() + ": " + e.getMessage());
        }
    }

    /**
     * Reads a file of rules. They must not route documents to one of Driftline's own topics.
     *
     * @throws InvalidRulesException with a line for each problem
     */
    public static FilterRules read(Path file) {
        return RulesReader.read(
                file, Arrays.stream(Topic.values()).map(Topic::suffix).toList());
    }
}
