package dev.driftline.cli.train;

import dev.driftline.neural.snapshot.Snapshot;
import dev.driftline.neural.training.OfflineTraining;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What {@code driftline train} prints in the end.
 *
 * @param output where the snapshot is
 */
record TrainingOutput(Path output, Snapshot snapshot, OfflineTraining.Outcome outcome) {

    /** Prints two lines. */
    void print(PrintWriter out) {
        out.printf(
                Locale.ROOT,
                "%s%s: %,d tokens learned in %s, %,.0f a second%s%n",
                outcome.interrupted() ? "Stopped; this is the best so far. " : "",
                snapshot.version(),
                outcome.tokens(),
                TrainingProgress.time(outcome.seconds()),
                speed(),
                Double.isNaN(outcome.validationPerplexity())
                        ? ""
                        : String.format(Locale.ROOT, ", validation perplexity %.2f", outcome.validationPerplexity()));
        out.printf(Locale.ROOT, "The snapshot: %s%n", output);
    }

    /** The same for {@code --json}, and every epoch. */
    Map<String, @Nullable Object> json() {
        Map<String, @Nullable Object> object = new LinkedHashMap<>();
        object.put("output", output.toString());
        object.put("version", snapshot.version());
        object.put("parent", snapshot.manifest().parent());
        object.put("model", snapshot.network().model());
        object.put("vocabulary", snapshot.network().vocabulary().size());
        object.put("parameters", snapshot.network().parameters().count());
        object.put("complete", !outcome.interrupted());
        object.put("tokens_taught", outcome.tokens());
        object.put("seconds", outcome.seconds());
        object.put("tokens_per_second", speed());
        object.put("validation_perplexity", finite(outcome.validationPerplexity()));
        object.put("epochs", outcome.epochs().stream().map(TrainingOutput::json).toList());
        return object;
    }

    private double speed() {
        return outcome.tokens() / outcome.seconds();
    }

    private static Map<String, @Nullable Object> json(OfflineTraining.Epoch epoch) {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        fields.put("epoch", epoch.number());
        fields.put("learning_rate", epoch.learningRate());
        fields.put("training_perplexity", finite(epoch.trainingPerplexity()));
        fields.put("validation_perplexity", finite(epoch.validationPerplexity()));
        fields.put("best", epoch.best());
        fields.put("seconds", epoch.seconds());
        return fields;
    }

    private static @Nullable Object finite(double value) {
        return Double.isFinite(value) ? value : null;
    }
}
