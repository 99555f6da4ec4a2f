package dev.driftline.cli.snapshots;

import dev.driftline.cli.options.CommandGroup;
import picocli.CommandLine.Command;

/** {@code driftline snapshots}: the versions of the network that a service has, and which it scores with. */
@Command(
        name = "snapshots",
        mixinStandardHelpOptions = true,
        description = {
            "List, export, import, promote or roll back the versions of the network.",
            "A VERSION is 000017-3f2a9c, the beginning of one, its number 17, or the word active."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  driftline snapshots list",
            "  driftline snapshots export active model.safetensors",
            "  driftline snapshots rollback"
        },
        subcommands = {
            ListSnapshotsCommand.class,
            ShowSnapshotCommand.class,
            ExportSnapshotCommand.class,
            ImportSnapshotCommand.class,
            PromoteSnapshotCommand.class,
            RollBackSnapshotCommand.class
        })
public final class SnapshotsCommand extends CommandGroup {}
