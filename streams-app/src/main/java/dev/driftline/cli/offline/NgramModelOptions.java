package dev.driftline.cli.offline;

import dev.driftline.background.Background;
import dev.driftline.cli.options.GivenOptions;
import dev.driftline.config.keys.VocabularyChoice;
import dev.driftline.scoring.ModelSettings;
import dev.driftline.scoring.Vocabulary;
import dev.driftline.smoothing.Smoothing;
import dev.driftline.terminal.CommandFailedException;
import dev.driftline.topics.BackgroundFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The n-gram model of a command that reads a corpus. Use as {@code @Mixin}. */
public final class NgramModelOptions {

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Option(
            names = "--order",
            paramLabel = "N",
            description = "Words in the longest n-gram, 1 to 7. Default: ${DEFAULT-VALUE}.")
    private int order = 5;

    @Option(
            names = "--vocabulary",
            paramLabel = "V",
            description =
                    "The vocabulary: growing, grow-kenlm or fixed:FILE (a word a line). Default: ${DEFAULT-VALUE}.")
    private String vocabulary = "growing";

    @Option(
            names = "--smoothing",
            paramLabel = "S",
            description =
                    "The smoothing: kneser-ney, maximum-likelihood, add-delta, backoff, stupid-backoff, witten-bell or"
                            + " absolute-discounting. Default: ${DEFAULT-VALUE}. maximum-likelihood and backoff give some tokens"
                            + " probability 0: then the perplexity is infinite. stupid-backoff gives scores, not probabilities:"
                            + " their mean is printed, and no perplexity.")
    private String smoothing = "kneser-ney";

    @Option(
            names = "--delta",
            paramLabel = "D",
            description = "Added to each count by add-delta, above 0. Default: ${DEFAULT-VALUE}.")
    private double delta = ModelSettings.DEFAULT_DELTA;

    @Option(
            names = "--background",
            paramLabel = "FILE",
            description =
                    "Mix in a frozen model beside the counts, as model.background does: an ARPA file (gzip, too), or what"
                            + " `driftline import arpa` has made of one. Default: none.")
    private @Nullable Path background;

    /** Heap that decoded counts may take, in bytes. */
    public static long cacheBytes() {
        return Math.max(64L << 20, Runtime.getRuntime().maxMemory() / 3);
    }

    int order() {
        return order;
    }

    String vocabulary() {
        return vocabulary;
    }

    String smoothing() {
        return smoothing;
    }

    /** The model. */
    ModelSettings settings() throws IOException {
        GivenOptions.of(spec).only(smoothing.equals("add-delta"), "with --smoothing add-delta", "--delta");
        if (!(delta > 0)) {
            throw usage("--delta " + delta + " is not above 0");
        }
        VocabularyChoice choice;
        try {
            choice = VocabularyChoice.named("--vocabulary", vocabulary);
        } catch (IllegalArgumentException e) {
            throw usage(String.valueOf(e.getMessage()));
        }
        Smoothing named;
        try {
            named = Smoothing.named(smoothing);
        } catch (IllegalArgumentException e) {
            throw usage("--" + e.getMessage());
        }
        return new ModelSettings(order, named, read(choice), delta).beside(frozen());
    }

    private Optional<Background> frozen() {
        if (background == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(BackgroundFile.read(background));
        } catch (IOException e) {
            throw new CommandFailedException("--background " + background + ": " + e.getMessage());
        }
    }

    private Vocabulary read(VocabularyChoice choice) throws IOException {
        try {
            return choice.read();
        } catch (IllegalArgumentException e) {
            throw usage("--vocabulary: " + e.getMessage());
        }
    }

    private ParameterException usage(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
