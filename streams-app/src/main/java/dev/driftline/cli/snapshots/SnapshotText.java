package dev.driftline.cli.snapshots;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.driftline.config.DriftlineConfig;
import dev.driftline.config.keys.NeuralKeys;
import dev.driftline.network.snapshots.PublishedSnapshot;
import dev.driftline.network.snapshots.SnapshotSwitch;
import dev.driftline.neural.Architecture;
import dev.driftline.neural.Cell;
import dev.driftline.neural.snapshot.SnapshotJson;
import java.io.PrintWriter;
import java.util.Locale;

/** What the subcommands print of a snapshot. */
final class SnapshotText {

    private SnapshotText() {}

    /** Cell and sizes: {@code lstm 128/128 × 2}. */
    static String shape(Architecture architecture) {
        boolean window = architecture.cell() == Cell.WINDOW;
        return architecture.cell().label() + " " + architecture.embedding() + "/" + architecture.hidden()
                + (architecture.layers() > 1 ? " × " + architecture.layers() : "")
                + (window ? ", " + architecture.window() + " words" : "");
    }

    /** A number of bytes with its unit. */
    static String bytes(long bytes) {
        if (bytes < 10 << 10) {
            return bytes + " B";
        }
        return bytes < 1 << 20
                ? String.format(Locale.ROOT, "%.1f KiB", bytes / 1024.0)
                : String.format(Locale.ROOT, "%.1f MiB", bytes / 1048576.0);
    }

    /** A snapshot on the topic, for {@code --json}. */
    static ObjectNode json(PublishedSnapshot snapshot) {
        ObjectNode json = SnapshotJson.of(snapshot.description());
        json.put("active", snapshot.active());
        json.put("complete", snapshot.problem().isEmpty());
        json.put("problem", snapshot.problem().orElse(null));
        json.put("publishedAt", snapshot.publishedAt().toString());
        json.put("bytes", snapshot.bytes());
        json.put("chunks", snapshot.chunks());
        json.put("sha256", snapshot.sha256());
        return json;
    }

    /** Prints which snapshot is active after a promotion or a rollback. */
    static void print(PrintWriter out, DriftlineConfig config, SnapshotSwitch.Outcome outcome) {
        if (outcome.moved()) {
            noteOtherModel(
                    out, config, outcome.active().description().manifest().model());
            out.println("active: " + outcome.active().version() + " (was "
                    + outcome.before().orElse("none") + ")");
        } else {
            out.println(outcome.active().version() + " is active already");
        }
        out.flush();
    }

    /** Prints a note if the service is configured for networks of another kind than {@code model}. */
    static void noteOtherModel(PrintWriter out, DriftlineConfig config, String model) {
        String configured = config.get(NeuralKeys.MODEL);
        if (!configured.equals(model)) {
            out.println("note: the snapshot is a " + model + " network, but " + NeuralKeys.MODEL.name() + " is "
                    + configured + " here: a service with this setting "
                    + (configured.equals(NeuralKeys.NO_MODEL)
                            ? "does not read it"
                            : "scores with it and fine-tunes it as it is, and calls it " + configured
                                    + " in its records"));
        }
    }
}
