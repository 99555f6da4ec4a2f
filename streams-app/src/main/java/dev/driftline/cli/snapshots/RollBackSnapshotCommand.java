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

/** {@code driftline snapshots rollback}. */
@Command(
        name = "rollback",
        mixinStandardHelpOptions = true,
        description = {
            "Score with an earlier snapshot again: the parent of the active one, or the one that is named.",
            "Every instance replaces the whole network at once. The decision is recorded on the promotions topic."
        },
        footerHeading = "%nExamples:%n",
        footer = {"  driftline snapshots rollback", "  driftline snapshots rollback 15 --reason \"worse on news\""})
final class RollBackSnapshotCommand implements Callable<Integer> {

    @Mixin
    private SnapshotsTopic topic;

    @Option(names = "--reason", paramLabel = "TEXT", description = "The reason, for the record.")
    private @Nullable String reason;

    @Parameters(
            paramLabel = "VERSION",
            arity = "0..1",
            description = "The snapshot to score with. Default: the parent of the active one.")
    private @Nullable String which;

    @Override
    public Integer call() {
        DriftlineConfig config = topic.config();
        SnapshotText.print(
                topic.out(),
                config,
                topic.choose(
                        config, chooser -> chooser.rollBack(Optional.ofNullable(which), Optional.ofNullable(reason))));
        return ExitCodes.OK;
    }
}
