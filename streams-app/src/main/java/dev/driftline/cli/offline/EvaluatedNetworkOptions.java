package dev.driftline.cli.offline;

import dev.driftline.config.DriftlineConfig;
import dev.driftline.config.InvalidConfigException;
import dev.driftline.config.keys.ModelKeys;
import dev.driftline.config.keys.NeuralKeys;
import dev.driftline.evaluation.EvaluatedNetwork;
import dev.driftline.mixture.MixtureSettings;
import dev.driftline.network.trainer.TrainerSettings;
import dev.driftline.neural.online.OnlineNetwork;
import dev.driftline.neural.online.OnlineSettings;
import dev.driftline.neural.online.Round;
import dev.driftline.neural.snapshot.Snapshot;
import dev.driftline.neural.snapshot.SnapshotFolder;
import dev.driftline.neural.training.Optimizer;
import dev.driftline.neural.training.TrainingSettings;
import dev.driftline.pages.HeapPageStore;
import dev.driftline.scoring.ModelSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Which network an evaluation mixes in, and how that learns: by the settings of the service. */
final class EvaluatedNetworkOptions {

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Option(
            names = "--model",
            paramLabel = "NAME",
            description =
                    "Also evaluate a network, and mix it in: lstm, gru, rnn or window. It begins from nothing, or from"
                            + " --snapshot, and learns as in the service: fine-tuned now and then on what went by, promoted where"
                            + " that made it better. With --split a list of them, each trained offline.")
    private @Nullable String model;

    @Option(
            names = "--snapshot",
            paramLabel = "DIR",
            description = "Evaluate this snapshot as it is; with --model begin from it and go on learning.")
    private @Nullable Path snapshot;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "A neural.* setting of the service, for --model: `driftline config --reference` lists them.")
    private Map<String, String> settings = new LinkedHashMap<>();

    @Option(
            names = "--no-hold-out",
            description =
                    "Teach the network all that went by at once and promote every candidate: what holding text out for"
                            + " the comparison costs shows in the difference.")
    private boolean noHoldOut;

    @Option(
            names = "--dynamic-evaluation",
            paramLabel = "RATE",
            description =
                    "Let the network follow each document while it scores it (Krause et al. 2018), with this learning"
                            + " rate, above 0; it goes back to its weights after it. Slower. Default: off.")
    private @Nullable Double dynamicRate;

    @Option(
            names = "--dynamic-decay",
            paramLabel = "D",
            description =
                    "With --dynamic-evaluation: how strongly it pulls back, 0 or more. Default: ${DEFAULT-VALUE}.")
    private double dynamicDecay = 0.005;

    @Option(
            names = "--dynamic-steps",
            paramLabel = "N",
            description = "With --dynamic-evaluation: tokens between two steps, 1 or more. Default: ${DEFAULT-VALUE}.")
    private int dynamicSteps = 20;

    private Optional<String> tokenizer = Optional.empty();

    private Map<String, Object> inForce = new LinkedHashMap<>();

    /** The tokenizer of the text that {@code --snapshot} was trained on; empty before {@link #network}, and without one. */
    Optional<String> tokenizer() {
        return tokenizer;
    }

    /** The networks that {@code --model} names. */
    List<String> models() {
        return model == null ? List.of() : List.of(model.split(","));
    }

    /** The mixture of the n-gram models with the network, if there is one. */
    static MixtureSettings mixture(ModelSettings ngrams, Optional<Evaluated> network) {
        MixtureSettings counts = MixtureSettings.defaults(
                        ngrams.order(), ngrams.smoothing().label())
                .withBackground(ngrams.background().isPresent());
        return network.map(evaluated -> counts.withNeural(evaluated.model())).orElse(counts);
    }

    /**
     * The network.
     *
     * @param vocabulary the value of {@code --vocabulary}, which the network follows
     * @param rounds told of every round
     * @param progress told the tokens trained on in the pass under way
     * @return empty where none is asked for
     */
    Optional<Evaluated> network(String vocabulary, Consumer<Round> rounds, LongConsumer progress) throws IOException {
        Optional<Snapshot> start = snapshot == null ? Optional.empty() : Optional.of(SnapshotFolder.read(snapshot));
        start.ifPresent(from -> tokenizer = Optional.of(from.manifest().tokenizer()));
        Optional<TrainingSettings> dynamic = dynamic();
        if (model == null) {
            if (start.isEmpty()) {
                if (!settings.isEmpty() || noHoldOut || dynamic.isPresent()) {
                    throw usage("--set, --no-hold-out and --dynamic-evaluation need --model or --snapshot");
                }
                return Optional.empty();
            }
            if (!settings.isEmpty() || noHoldOut) {
                throw usage("--set and --no-hold-out say how a network learns: give --model, too");
            }
            inForce.put("snapshot", start.get().version());
            return Optional.of(new Evaluated(
                    start.get().network().model(), EvaluatedNetwork.frozen(start.get(), dynamic), inForce));
        }
        start.ifPresent(from -> {
            if (!from.network().model().equals(model)) {
                throw usage("--model " + model + ": " + snapshot + " is a "
                        + from.network().model());
            }
        });
        OnlineSettings online = online(model, vocabulary);
        OnlineNetwork network = new OnlineNetwork(online, new HeapPageStore(), start);
        network.onProgress(progress);
        start.ifPresent(from -> inForce.put("snapshot", from.version()));
        return Optional.of(new Evaluated(model, EvaluatedNetwork.online(network, dynamic, rounds), inForce));
    }

    /**
     * A network to evaluate.
     *
     * @param model its name among the models
     * @param network the network
     * @param settings what it learns by, by name
     */
    record Evaluated(String model, EvaluatedNetwork network, Map<String, Object> settings) {}

    /** The settings of a network called {@code name} that learns, over a growing vocabulary. */
    OnlineSettings settings(String name) {
        if (snapshot != null || noHoldOut || dynamicRate != null) {
            throw usage("--snapshot, --no-hold-out and --dynamic-evaluation cannot be given with --split");
        }
        return online(name, "growing");
    }

    private OnlineSettings online(String name, String vocabulary) {
        Map<String, String> overrides = new LinkedHashMap<>();
        settings.forEach((key, value) -> {
            if (!key.startsWith("neural.") || key.equals(NeuralKeys.MODEL.name())) {
                throw usage("--set " + key + ": only settings neural.* other than " + NeuralKeys.MODEL.name()
                        + " are of use here");
            }
            overrides.put(key, value);
        });
        overrides.put(NeuralKeys.MODEL.name(), name);
        if (vocabulary.startsWith("fixed:")) {
            overrides.put(ModelKeys.VOCABULARY.name(), vocabulary);
        }
        OnlineSettings online;
        try {
            DriftlineConfig config = DriftlineConfig.of(overrides);
            online = TrainerSettings.of(config)
                    .orElseThrow(() -> usage("--model " + name + ": leave it out for no network"))
                    .online();
        } catch (InvalidConfigException e) {
            throw usage(String.valueOf(e.getMessage()));
        }
        if (noHoldOut) {
            online = online.withoutHoldOut();
        }
        describe(online);
        return online;
    }

    private Optional<TrainingSettings> dynamic() {
        if (dynamicRate == null) {
            return Optional.empty();
        }
        try {
            inForce.put("dynamic_evaluation_rate", dynamicRate);
            inForce.put("dynamic_evaluation_decay", dynamicDecay);
            inForce.put("dynamic_evaluation_steps", dynamicSteps);
            return Optional.of(
                    new TrainingSettings(Optimizer.RMS_DECAY, dynamicRate, 0, dynamicDecay, 1, dynamicSteps, 1));
        } catch (IllegalArgumentException e) {
            throw usage("--dynamic-evaluation: " + e.getMessage());
        }
    }

    private void describe(OnlineSettings online) {
        inForce.put("size", online.architecture().hidden());
        inForce.put("layers", online.architecture().layers());
        inForce.put("dropout", online.architecture().dropout());
        inForce.put("cutoffs", online.architecture().cutoffs());
        inForce.put("vocabulary_cap", online.vocabulary().turnover().cap());
        inForce.put("optimizer", online.training().optimizer().label());
        inForce.put("learning_rate", online.training().learningRate());
        inForce.put("clip", online.training().clip());
        inForce.put("streams", online.training().streams());
        inForce.put("steps", online.training().steps());
        inForce.put("averaging", online.training().averaging());
        inForce.put("bootstrap_tokens", online.bootstrap().tokens());
        inForce.put("bootstrap_passes", online.bootstrap().passes());
        inForce.put("round_tokens", online.rounds().tokens());
        inForce.put("passes", online.rounds().passes());
        inForce.put("replay", online.rounds().replay());
        inForce.put("hold_out_tokens", online.rounds().holdOutTokens());
        inForce.put("newest_tokens", online.buffer().newestTokens());
        inForce.put("reservoir_tokens", online.buffer().reservoirTokens());
        inForce.put("promotion_margin", online.promotion().margin());
        inForce.put("promotion_standard_errors", online.promotion().standardErrors());
        inForce.put("promotion_always", online.promotion().always());
        inForce.put("seed", online.seed());
    }

    private ParameterException usage(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
