package dev.driftline.cli.follow;

import dev.driftline.schemas.ModelPrediction;
import dev.driftline.schemas.Prediction;
import dev.driftline.terminal.Printable;
import dev.driftline.topics.Topic;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code driftline predictions}: follows the predictions topic. */
@Command(
        name = "predictions",
        mixinStandardHelpOptions = true,
        description =
                "Follow the predictions: the end of each document's last sentence, and the words most likely next; ~ marks a"
                        + " probability that is an estimate.",
        footerHeading = "%nExample:%n",
        footer = "  driftline predictions --model kneser-ney-5 --top 3")
public final class PredictionsCommand implements Callable<Integer> {

    @Mixin
    private FollowTopic topic;

    @Option(
            names = "--model",
            paramLabel = "NAME",
            defaultValue = "mixture",
            description =
                    "Whose predictions are shown: mixture, or a model such as kneser-ney-5. --json has all. Default: ${DEFAULT-VALUE}.")
    private String model;

    @Option(
            names = "--top",
            paramLabel = "K",
            defaultValue = "5",
            description = "Words to show, 1 or more. Default: ${DEFAULT-VALUE}.")
    private int top;

    @Override
    public Integer call() {
        return topic.printValues(Topic.PREDICTIONS, Prediction.class, "", this::line);
    }

    private String line(Prediction prediction) {
        String words = prediction.getModels().stream()
                .filter(candidate -> candidate.getModel().equals(model))
                .findFirst()
                .map(this::words)
                .orElseGet(() -> "(no model " + model + "; there are "
                        + prediction.getModels().stream()
                                .map(ModelPrediction::getModel)
                                .collect(Collectors.joining(", "))
                        + ")");
        return String.format(
                Locale.ROOT,
                "%-24s … %s → %s",
                Printable.cut(prediction.getId(), 24),
                Printable.escape(String.join(" ", prediction.getContext())),
                words);
    }

    private String words(ModelPrediction prediction) {
        return prediction.getCandidates().stream()
                .limit(top)
                .map(candidate -> String.format(
                        Locale.ROOT,
                        "%s %s%.1f%%",
                        Printable.escape(candidate.getWord()),
                        candidate.getExact() ? "" : "~",
                        100 * candidate.getProbability()))
                .collect(Collectors.joining("  "));
    }
}
