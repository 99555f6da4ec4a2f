package dev.driftline.network.trainer;

import dev.driftline.config.DriftlineConfig;
import dev.driftline.config.InvalidConfigException;
import dev.driftline.config.keys.InputKeys;
import dev.driftline.config.keys.ModelKeys;
import dev.driftline.config.keys.NeuralKeys;
import dev.driftline.config.keys.PromotionKeys;
import dev.driftline.config.keys.TrainingKeys;
import dev.driftline.config.keys.VocabularyChoice;
import dev.driftline.corpus.WordList;
import dev.driftline.neural.Architecture;
import dev.driftline.neural.Cell;
import dev.driftline.neural.online.OnlineSettings;
import dev.driftline.neural.online.Promotion;
import dev.driftline.neural.online.VocabularyTurnover;
import dev.driftline.neural.training.Optimizer;
import dev.driftline.neural.training.TrainingSettings;
import dev.driftline.scoring.DocumentTokens;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The settings of the trainer. Immutable.
 *
 * @param online how the network learns
 * @param roundSeconds seconds after which a round begins with less text than usual; 0 for never
 * @param keepSnapshots how many of the newest snapshots stay on the topic
 * @param retract what becomes of networks that may have seen a document that is taken out
 */
public record TrainerSettings(OnlineSettings online, int roundSeconds, int keepSnapshots, RetractPolicy retract) {

    private static final int LEAST_COUNT = 2;
    private static final double TURNOVER_FACTOR = 2;

    /** Rounds after which a comparison of the active snapshot with its parent weighs half. */
    private static final int ROLLBACK_HALF_LIFE_ROUNDS = 4;

    /** Networks stay whatever is taken out. */
    public TrainerSettings(OnlineSettings online, int roundSeconds, int keepSnapshots) {
        this(online, roundSeconds, keepSnapshots, RetractPolicy.KEEP);
    }

    /**
     * What {@code config} says.
     *
     * @return empty where no network is wanted
     * @throws InvalidConfigException if the file of a fixed vocabulary cannot be read, or settings contradict each other
     */
    public static Optional<TrainerSettings> of(DriftlineConfig config) {
        if (config.get(NeuralKeys.MODEL).equals("none")) {
            return Optional.empty();
        }
        try {
            return Optional.of(new TrainerSettings(
                    online(config),
                    config.get(TrainingKeys.SECONDS),
                    config.get(NeuralKeys.SNAPSHOTS_KEEP),
                    RetractPolicy.named(config.get(NeuralKeys.RETRACT))));
        } catch (IllegalArgumentException e) {
            throw new InvalidConfigException("the settings of the network contradict each other: " + e.getMessage());
        }
    }

    private static OnlineSettings online(DriftlineConfig config) {
        Cell cell = Cell.named(config.get(NeuralKeys.MODEL));
        int size = config.get(NeuralKeys.SIZE);
        return new OnlineSettings(
                new Architecture(
                        cell,
                        size,
                        size,
                        config.get(NeuralKeys.LAYERS),
                        cell == Cell.WINDOW ? config.get(NeuralKeys.WINDOW) : 0,
                        config.get(NeuralKeys.DROPOUT),
                        true,
                        config.get(NeuralKeys.CUTOFFS),
                        1),
                new TrainingSettings(
                                Optimizer.named(config.get(TrainingKeys.OPTIMIZER)),
                                config.get(TrainingKeys.LEARNING_RATE),
                                config.get(TrainingKeys.CLIP),
                                config.get(TrainingKeys.DECAY),
                                config.get(TrainingKeys.STREAMS),
                                config.get(TrainingKeys.STEPS),
                                config.get(TrainingKeys.SEED))
                        .withAveraging(config.get(TrainingKeys.AVERAGING)),
                new OnlineSettings.Vocabulary(
                        new VocabularyTurnover(config.get(NeuralKeys.VOCABULARY), LEAST_COUNT, TURNOVER_FACTOR),
                        words(config)),
                new OnlineSettings.Bootstrap(
                        config.get(TrainingKeys.BOOTSTRAP_TOKENS), config.get(TrainingKeys.BOOTSTRAP_PASSES)),
                new OnlineSettings.Rounds(
                        config.get(TrainingKeys.TOKENS),
                        config.get(TrainingKeys.PASSES),
                        config.get(TrainingKeys.REPLAY),
                        config.get(PromotionKeys.HOLD_OUT_TOKENS)),
                new OnlineSettings.Buffer(
                        config.get(TrainingKeys.NEWEST_TOKENS), config.get(TrainingKeys.RESERVOIR_TOKENS)),
                new Promotion(
                        config.get(PromotionKeys.MARGIN),
                        config.get(PromotionKeys.ROLLBACK_MARGIN),
                        config.get(PromotionKeys.STANDARD_ERRORS),
                        false),
                ROLLBACK_HALF_LIFE_ROUNDS * config.get(TrainingKeys.TOKENS),
                Optional.empty(),
                config.get(TrainingKeys.SEED),
                config.get(InputKeys.TOKENIZER));
    }

    /** The network's rows are the list of a fixed vocabulary in its order, so that equal files make equal networks. */
    private static Optional<List<String>> words(DriftlineConfig config) {
        if (!(config.get(ModelKeys.VOCABULARY) instanceof VocabularyChoice.Fixed fixed)) {
            return Optional.empty();
        }
        Path file = fixed.file();
        try {
            return Optional.of(WordList.read(file).stream()
                    .filter(word -> !DocumentTokens.isReserved(word))
                    .toList());
        } catch (IOException e) {
            throw new InvalidConfigException(
                    ModelKeys.VOCABULARY.name() + ": cannot read " + file + ": " + e.getMessage());
        }
    }
}
