package dev.driftline.cli.snapshots;

import dev.driftline.network.snapshots.PublishedSnapshot;
import dev.driftline.network.snapshots.SnapshotSwitch;
import dev.driftline.neural.Architecture;
import dev.driftline.neural.snapshot.SnapshotDescription;
import dev.driftline.neural.snapshot.SnapshotFolder;
import dev.driftline.neural.snapshot.SnapshotJson;
import dev.driftline.neural.snapshot.SnapshotManifest;
import dev.driftline.terminal.ExitCodes;
import dev.driftline.terminal.Printable;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code driftline snapshots show}. */
@Command(
        name = "show",
        mixinStandardHelpOptions = true,
        description = "Show what is known of a snapshot: one on the topic, a folder, or a .safetensors file.",
        footerHeading = "%nExamples:%n",
        footer = {"  driftline snapshots show active", "  driftline snapshots show ./exported --json"})
final class ShowSnapshotCommand implements Callable<Integer> {

    @Mixin
    private SnapshotsTopic topic;

    @Option(names = "--json", description = "Print one JSON object.")
    private boolean json;

    @Parameters(
            paramLabel = "VERSION|PATH",
            arity = "0..1",
            defaultValue = SnapshotSwitch.ACTIVE,
            description = "The snapshot to show. Text that contains a / or names a file is a path."
                    + " Default: ${DEFAULT-VALUE}.")
    private String which;

    @Override
    public Integer call() throws IOException {
        PrintWriter out = topic.out();
        Path path = Path.of(which);
        if (which.contains("/") || Files.exists(path)) {
            // Read whole, so that what is shown is also known to be complete.
            SnapshotDescription description = SnapshotDescription.of(SnapshotFolder.read(path));
            if (json) {
                out.println(SnapshotJson.pretty(SnapshotJson.of(description)));
            } else {
                print(out, rows(description));
            }
        } else {
            PublishedSnapshot snapshot = topic.choose(topic.config(), chooser -> chooser.find(which));
            if (json) {
                out.println(SnapshotJson.pretty(SnapshotText.json(snapshot)));
            } else {
                print(out, rows(snapshot));
            }
        }
        out.flush();
        return ExitCodes.OK;
    }

    private static void print(PrintWriter out, Map<String, Object> rows) {
        rows.forEach(
                (name, value) -> out.printf(Locale.ROOT, "%-14s %s%n", name, Printable.escape(String.valueOf(value))));
    }

    private static Map<String, Object> rows(PublishedSnapshot snapshot) {
        Map<String, Object> rows = rows(snapshot.description());
        rows.put("published", snapshot.publishedAt());
        rows.put("size", SnapshotText.bytes(snapshot.bytes()) + " in " + snapshot.chunks() + " chunks");
        rows.put("sha256", snapshot.sha256());
        rows.put("state", snapshot.problem().orElse(snapshot.active() ? "active" : "complete, not active"));
        return rows;
    }

    private static Map<String, Object> rows(SnapshotDescription description) {
        SnapshotManifest manifest = description.manifest();
        Architecture architecture = description.architecture();
        Map<String, Object> rows = new LinkedHashMap<>();
        rows.put("version", manifest.version());
        rows.put("parent", Objects.requireNonNullElse(manifest.parent(), "none"));
        rows.put("created", manifest.createdAt());
        rows.put("model", SnapshotText.shape(architecture));
        rows.put(
                "output",
                (architecture.adaptive() ? "adaptive softmax, cutoffs " + architecture.cutoffs() : "full softmax")
                        + (architecture.tied() ? ", tied to the embedding" : ""));
        rows.put("dropout", architecture.dropout());
        rows.put("vocabulary", description.vocabularySize() + " " + manifest.tokens());
        rows.put("parameters", description.parameters());
        rows.put("training", spaced(manifest.training()));
        rows.put("metrics", spaced(manifest.metrics()));
        rows.put("data", spaced(manifest.data()));
        return rows;
    }

    private static String spaced(Map<String, ?> map) {
        return map.isEmpty()
                ? "-"
                : new TreeMap<>(map)
                        .entrySet().stream()
                                .map(entry -> entry.getKey() + "=" + entry.getValue())
                                .collect(Collectors.joining(" "));
    }
}
