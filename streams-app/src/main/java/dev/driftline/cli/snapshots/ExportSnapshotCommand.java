package dev.driftline.cli.snapshots;

import dev.driftline.cli.options.OutputPath;
import dev.driftline.config.DriftlineConfig;
import dev.driftline.network.snapshots.SnapshotArchive;
import dev.driftline.neural.snapshot.Snapshot;
import dev.driftline.neural.snapshot.SnapshotFolder;
import dev.driftline.terminal.ExitCodes;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code driftline snapshots export}. */
@Command(
        name = "export",
        mixinStandardHelpOptions = true,
        description = {
            "Write a snapshot for PyTorch.",
            "The result is a folder with model.safetensors, manifest.json and vocabulary.json, or "
                    + "one file if PATH ends in .safetensors, with manifest and vocabulary in its metadata.",
            "Names, shapes and gate order are PyTorch's; tied weights are written out."
        },
        footerHeading = "%nExamples:%n",
        footer = {"  driftline snapshots export active ./model", "  driftline snapshots export 17 model.safetensors"})
final class ExportSnapshotCommand implements Callable<Integer> {

    @Mixin
    private SnapshotsTopic topic;

    @Parameters(index = "0", paramLabel = "VERSION", description = "The snapshot to export, or active.")
    private String which;

    @Parameters(
            index = "1",
            paramLabel = "PATH",
            description = "The folder to write, or one file if it ends in .safetensors.")
    private Path path;

    @Option(names = "--overwrite", description = "Replace the snapshot at PATH. Default: refuse to.")
    private boolean overwrite;

    @Override
    public Integer call() throws IOException {
        OutputPath.check("PATH", path, overwrite);
        SnapshotFolder.requireWritable(path);
        DriftlineConfig config = topic.config();
        String version = topic.choose(config, chooser -> chooser.usable(which)).version();
        Snapshot snapshot;
        try (SnapshotArchive archive = topic.read(config, version::equals)) {
            snapshot = archive.catalog().load(version);
        }
        SnapshotFolder.write(snapshot, path);
        PrintWriter out = topic.out();
        out.println("exported " + version + " to " + path);
        out.flush();
        return ExitCodes.OK;
    }
}
