package dev.driftline.cli.query;

import dev.driftline.neural.AttributeToken;
import dev.driftline.neural.snapshot.Snapshot;
import dev.driftline.serving.query.ModelQueries;
import dev.driftline.terminal.CommandFailedException;
import dev.driftline.terminal.ExitCodes;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A model that a command asks.
 *
 * @param queries asked on the command's thread
 * @param texts how its text is cut into tokens
 * @param network the snapshot that was opened with it; empty where there is none, and for an instance
 * @param closing lets go of what was opened for it
 */
record OpenModel(ModelQueries queries, ModelTexts texts, Optional<Snapshot> network, Runnable closing)
        implements AutoCloseable {

    private static final Pattern ATTRIBUTE = Pattern.compile("<([^=<>]+=[^<>]+)>");

    /**
     * Checks that the network was trained with an attribute.
     *
     * @throws CommandFailedException naming those that it was trained with
     */
    void requireAttribute(String attribute) {
        List<String> words =
                network.map(snapshot -> snapshot.network().vocabulary().words()).orElse(List.of());
        if (words.contains(AttributeToken.parse(attribute))) {
            return;
        }
        String known = words.stream()
                .map(ATTRIBUTE::matcher)
                .filter(Matcher::matches)
                .map(matcher -> matcher.group(1))
                .collect(Collectors.joining(", "));
        throw new CommandFailedException(
                "--attribute " + attribute + ": the network was "
                        + (known.isEmpty()
                                ? "not trained with attributes: see driftline train --attribute"
                                : "trained with " + known),
                ExitCodes.USAGE);
    }

    @Override
    public void close() {
        closing.run();
    }
}
