package dev.driftline.cli.snapshots;

import dev.driftline.config.DriftlineConfig;
import dev.driftline.terminal.ExitCodes;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code driftline snapshots promote}. */
@Command(
        name = "promote",
        mixinStandardHelpOptions = true,
        description = {
            "Score with a snapshot from now on, whatever the comparison of snapshots says.",
            "Every instance replaces the whole network at once. The decision is recorded on the promotions topic."
        },
        footerHeading = "%nExample:%n",
        footer = "  driftline snapshots promote 17 --reason \"trained on the archive\"")
final class PromoteSnapshotCommand implements Callable<Integer> {

    @Mixin
    private SnapshotsTopic topic;

    @Option(names = "--reason", paramLabel = "TEXT", description = "The reason, for the record.")
    private @Nullable String reason;

    @Parameters(paramLabel = "VERSION", description = "The snapshot to score with.")
    private String which;

    @Override
    public Integer call() {
        DriftlineConfig config = topic.config();
        SnapshotText.print(
                topic.out(),
                config,
                topic.choose(config, chooser -> chooser.promote(which, Optional.ofNullable(reason))));
        return ExitCodes.OK;
    }
}
