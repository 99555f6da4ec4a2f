package dev.driftline.cli.query;

import dev.driftline.config.keys.VocabularyChoice;
import dev.driftline.identity.ModelIdentity;
import dev.driftline.scoring.Vocabulary;
import dev.driftline.smoothing.Smoothing;
import dev.driftline.store.StateDirectory;
import dev.driftline.terminal.CommandFailedException;
import dev.driftline.terminal.ExitCodes;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How counts are read: as they were learned, unless something else is asked for. Use as {@code @Mixin}. */
public final class CountsSettings {

    @Option(
            names = "--smoothing",
            paramLabel = "S",
            description =
                    "How probabilities are made from the counts: kneser-ney, maximum-likelihood, add-delta, backoff, witten-bell,"
                            + " absolute-discounting or stupid-backoff. Default: that of the service, or kneser-ney.")
    private @Nullable String smoothing;

    @Option(
            names = "--vocabulary",
            paramLabel = "V",
            description =
                    "The vocabulary of the counts: growing, grow-kenlm or fixed:FILE (a word a line). Default: that of the"
                            + " service, or growing.")
    private @Nullable String vocabulary;

    /** The smoothing that was asked for, by its name. */
    public Optional<String> smoothing() {
        return Optional.ofNullable(smoothing);
    }

    /**
     * The smoothing of counts that were learned as {@code learned} says.
     *
     * @throws CommandFailedException if there is none of the name that was asked for
     */
    public Smoothing smoothing(Optional<ModelIdentity> learned) {
        try {
            return smoothing != null
                    ? Smoothing.named(smoothing)
                    : learned.map(model -> Smoothing.named(model.smoothing())).orElse(Smoothing.KNESER_NEY);
        } catch (IllegalArgumentException e) {
            throw new CommandFailedException("--" + e.getMessage(), ExitCodes.USAGE);
        }
    }

    /**
     * The vocabulary of counts that were learned as {@code learned} says. One that grows is known from that; the words of a fixed one
     * are not there.
     *
     * @throws CommandFailedException if it cannot be read
     */
    public Vocabulary vocabulary(Optional<ModelIdentity> learned) {
        String known = learned.map(ModelIdentity::vocabulary)
                .filter(name -> !name.startsWith("fixed:"))
                .orElse("growing");
        try {
            return VocabularyChoice.named("--vocabulary", vocabulary != null ? vocabulary : known)
                    .read();
        } catch (IllegalArgumentException e) {
            throw new CommandFailedException(e.getMessage(), ExitCodes.USAGE);
        } catch (IOException e) {
            throw new CommandFailedException("cannot read the vocabulary: " + e.getMessage());
        }
    }

    /**
     * Opens the counts below {@code folder}.
     *
     * @param delta what add-delta adds to each count
     * @throws CommandFailedException if there are none, or they do not fit what was asked for
     */
    public StateDirectory open(Path folder, double delta) {
        try {
            Optional<ModelIdentity> learned = StateDirectory.learned(folder);
            return StateDirectory.open(folder, smoothing(learned), vocabulary(learned), delta);
        } catch (IllegalStateException | IllegalArgumentException e) {
            throw new CommandFailedException(e.getMessage());
        }
    }
}
