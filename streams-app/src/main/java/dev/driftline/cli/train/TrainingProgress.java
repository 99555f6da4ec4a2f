package dev.driftline.cli.train;

import dev.driftline.neural.training.OfflineTraining;
import dev.driftline.terminal.ProgressLine;
import dev.driftline.terminal.Screen;
import java.time.Duration;
import java.util.Locale;

/** What {@code driftline train} shows while it trains: a line an epoch, and how far the current one is. */
final class TrainingProgress implements OfflineTraining.Listener {

    private static final Duration PRINTED = Duration.ofSeconds(10);

    private final Screen screen;
    private final ProgressLine line;
    private final int epochs;
    private final boolean validates;
    private double bestValidation = Double.NaN;

    /**
     * @param epochs the most epochs
     * @param validates whether the training may end before them
     */
    TrainingProgress(Screen screen, int epochs, boolean validates) {
        this.screen = screen;
        this.line = new ProgressLine(screen, PRINTED);
        this.epochs = epochs;
        this.validates = validates;
    }

    @Override
    public void progress(OfflineTraining.Progress progress) {
        line.show(() -> {
            long left = progress.epochTokens() * (epochs - progress.epoch() + 1) - progress.tokens();
            return String.format(
                    Locale.ROOT,
                    "epoch %d of %s%d, %d %%: %,.0f tokens/s, perplexity so far %s%s, %s left",
                    progress.epoch(),
                    validates ? "at most " : "",
                    epochs,
                    100 * progress.tokens() / progress.epochTokens(),
                    progress.tokensPerSecond(),
                    Double.isNaN(progress.perplexity())
                            ? "-"
                            : String.format(Locale.ROOT, "%.1f", progress.perplexity()),
                    Double.isNaN(bestValidation)
                            ? ""
                            : String.format(Locale.ROOT, ", best validation %.2f", bestValidation),
                    time(left / progress.tokensPerSecond()));
        });
    }

    @Override
    public void finished(OfflineTraining.Epoch epoch) {
        boolean validated = !Double.isNaN(epoch.validationPerplexity());
        if (epoch.best() && validated) {
            bestValidation = epoch.validationPerplexity();
        }
        screen.line(String.format(
                Locale.ROOT,
                "epoch %d: training perplexity %.2f%s, learning rate %.3g, %s",
                epoch.number(),
                epoch.trainingPerplexity(),
                validated
                        ? String.format(
                                Locale.ROOT,
                                ", validation %.2f%s",
                                epoch.validationPerplexity(),
                                epoch.best() ? " (best)" : "")
                        : "",
                epoch.learningRate(),
                time(epoch.seconds())));
    }

    /** Hours, minutes and seconds as a clock shows them; {@code -} for more than a hundred hours. */
    static String time(double seconds) {
        if (!(seconds < 360_000)) {
            return "-";
        }
        Duration duration = Duration.ofSeconds(Math.round(seconds));
        return duration.toHours() > 0
                ? String.format(
                        Locale.ROOT,
                        "%d:%02d:%02d",
                        duration.toHours(),
                        duration.toMinutesPart(),
                        duration.toSecondsPart())
                : String.format(Locale.ROOT, "%d:%02d", duration.toMinutes(), duration.toSecondsPart());
    }
}
