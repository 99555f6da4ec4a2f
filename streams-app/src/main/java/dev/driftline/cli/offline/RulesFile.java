package dev.driftline.cli.offline;

import dev.driftline.filter.FilterRules;
import dev.driftline.filter.InvalidRulesException;
import dev.driftline.terminal.CommandFailedException;
import dev.driftline.terminal.ExitCodes;
import dev.driftline.topics.FilterFile;
import java.nio.file.Path;
import java.util.List;

/** A file of filter rules, read for a command. */
final class RulesFile {

    private RulesFile() {}

    /**
     * Reads a file of rules.
     *
     * @throws CommandFailedException with a line for each thing that is wrong with it
     */
    static FilterRules read(Path file) {
        try {
            return FilterFile.read(file);
        } catch (InvalidRulesException e) {
            throw new CommandFailedException(e.getMessage(), ExitCodes.USAGE);
        }
    }

    /**
     * Checks that the rules name only {@code models}.
     *
     * @throws CommandFailedException if they name another
     */
    static void requireModels(FilterRules rules, Path file, List<String> models) {
        try {
            rules.requireModels(models);
        } catch (InvalidRulesException e) {
            throw new CommandFailedException(file + ", " + e.getMessage(), ExitCodes.USAGE);
        }
    }
}
