package dev.driftline.network.trainer;

import dev.driftline.config.DriftlineConfig;
import dev.driftline.config.InvalidConfigException;
import dev.driftline.config.Keys;
import dev.driftline.config.VocabularyChoice;
import dev.driftline.neural.Architecture;
import dev.driftline.neural.Cell;
import dev.driftline.neural.online.OnlineSettings;
import dev.driftline.neural.online.Promotion;
import dev.driftline.neural.online.VocabularyTurnover;
import dev.driftline.neural.training.Optimizer;
import dev.driftline.neural.training.TrainingSettings;
import dev.driftline.scoring.DocumentTokens;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The settings of the trainer. Immutable.
 *
 * @param online how the network learns
 * @param roundSeconds seconds after which a round begins with less text than usual; 0 for never
 * @param keepSnapshots how many of the newest snapshots stay on the topic
 */
public record TrainerSettings(OnlineSettings online, int roundSeconds, int keepSnapshots) {

    private static final int LEAST_COUNT = 2;
    private static final double TURNOVER_FACTOR = 2;

    /** Rounds after which a comparison of the active snapshot with its parent weighs half. */
    private static final int ROLLBACK_HALF_LIFE_ROUNDS = 4;

    /**
     * What {@code config} says.
     *
     * @return empty where no network is wanted
     * @throws InvalidConfigException if the file of a fixed vocabulary cannot be read, or settings contradict each other
     */
    public static Optional<TrainerSettings> of(DriftlineConfig config) {
        if (config.get(Keys.NEURAL_MODEL).equals("none")) {
            return Optional.empty();
        }
        try {
            return Optional.of(new TrainerSettings(
                    online(config), config.get(Keys.NEURAL_TRAIN_SECONDS), config.get(Keys.NEURAL_SNAPSHOTS_KEEP)));
        } catch (IllegalArgumentException e) {
            throw new InvalidConfigException("the settings of the network contradict each other: " + e.getMessage());
        }
    }

    private static OnlineSettings online(DriftlineConfig config) {
        Cell cell = Cell.named(config.get(Keys.NEURAL_MODEL));
        int size = config.get(Keys.NEURAL_SIZE);
        return new OnlineSettings(
                new Architecture(
                        cell,
                        size,
                        size,
                        config.get(Keys.NEURAL_LAYERS),
                        cell == Cell.WINDOW ? config.get(Keys.NEURAL_WINDOW) : 0,
                        config.get(Keys.NEURAL_DROPOUT),
                        true,
                        config.get(Keys.NEURAL_CUTOFFS),
                        1),
                new TrainingSettings(
                                Optimizer.named(config.get(Keys.NEURAL_TRAIN_OPTIMIZER)),
                                config.get(Keys.NEURAL_TRAIN_LEARNING_RATE),
                                config.get(Keys.NEURAL_TRAIN_CLIP),
                                config.get(Keys.NEURAL_TRAIN_DECAY),
                                config.get(Keys.NEURAL_TRAIN_STREAMS),
                                config.get(Keys.NEURAL_TRAIN_STEPS),
                                config.get(Keys.NEURAL_TRAIN_SEED))
                        .withAveraging(config.get(Keys.NEURAL_TRAIN_AVERAGING)),
                new VocabularyTurnover(config.get(Keys.NEURAL_VOCABULARY), LEAST_COUNT, TURNOVER_FACTOR),
                words(config),
                config.get(Keys.NEURAL_TRAIN_BOOTSTRAP_TOKENS),
                config.get(Keys.NEURAL_TRAIN_BOOTSTRAP_PASSES),
                config.get(Keys.NEURAL_TRAIN_TOKENS),
                config.get(Keys.NEURAL_TRAIN_PASSES),
                config.get(Keys.NEURAL_TRAIN_REPLAY),
                config.get(Keys.NEURAL_PROMOTION_HOLD_OUT_TOKENS),
                config.get(Keys.NEURAL_TRAIN_NEWEST_TOKENS),
                config.get(Keys.NEURAL_TRAIN_RESERVOIR_TOKENS),
                new Promotion(
                        config.get(Keys.NEURAL_PROMOTION_MARGIN),
                        config.get(Keys.NEURAL_PROMOTION_ROLLBACK_MARGIN),
                        config.get(Keys.NEURAL_PROMOTION_STANDARD_ERRORS),
                        false),
                ROLLBACK_HALF_LIFE_ROUNDS * config.get(Keys.NEURAL_TRAIN_TOKENS),
                Optional.empty(),
                config.get(Keys.NEURAL_TRAIN_SEED));
    }

    /** The network's rows are the list of a fixed vocabulary in its order, so that equal files make equal networks. */
    private static Optional<List<String>> words(DriftlineConfig config) {
        if (!(config.get(Keys.MODEL_VOCABULARY) instanceof VocabularyChoice.Fixed fixed)) {
            return Optional.empty();
        }
        Path file = fixed.file();
        try (Stream<String> lines = Files.lines(file, StandardCharsets.UTF_8)) {
            return Optional.of(lines.map(String::strip)
                    .filter(word -> !word.isEmpty() && !DocumentTokens.isReserved(word))
                    .distinct()
                    .toList());
        } catch (IOException e) {
            throw new InvalidConfigException(
                    Keys.MODEL_VOCABULARY.name() + ": cannot read " + file + ": " + e.getMessage());
        }
    }
}
