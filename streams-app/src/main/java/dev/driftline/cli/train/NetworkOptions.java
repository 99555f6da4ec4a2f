package dev.driftline.cli.train;

import dev.driftline.neural.Architecture;
import dev.driftline.neural.Cell;
import dev.driftline.neural.training.Optimizer;
import dev.driftline.neural.training.TrainingSettings;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Options that say what a network looks like and how it is trained, for the commands that train one. */
final class NetworkOptions {

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Option(
            names = "--size",
            paramLabel = "N",
            description = "Units of a layer, and numbers of a word's vector, 1 or more. Default: ${DEFAULT-VALUE}.")
    private int size = 256;

    @Option(
            names = "--layers",
            paramLabel = "N",
            description = "Recurrent layers, 1 or more; a window has 1. Default: ${DEFAULT-VALUE}.")
    private int layers = 1;

    @Option(
            names = "--window",
            paramLabel = "N",
            description =
                    "Tokens that --model window sees before the predicted one, 1 or more. Default: ${DEFAULT-VALUE}.")
    private int window = 5;

    @Option(
            names = "--dropout",
            paramLabel = "P",
            description =
                    "Share of a layer's inputs and outputs that training leaves out, 0 to below 1. Default: ${DEFAULT-VALUE}.")
    private double dropout = 0.3;

    @Option(
            names = "--cutoffs",
            paramLabel = "N,N",
            split = ",",
            description =
                    "Bounds of the bands of an adaptive softmax, by frequency, 0 or more and ascending; 0 alone for a full softmax."
                            + " Default: 2000,6000.")
    private List<Integer> cutoffs = List.of(2_000, 6_000);

    @Option(
            names = "--untied",
            description =
                    "Learn the output rows apart from the words' vectors, with smaller ones (÷ 4 a band) for rarer"
                            + " words.")
    private boolean untied;

    @Option(
            names = "--optimizer",
            paramLabel = "NAME",
            description = "The optimizer: adam or sgd. Default: ${DEFAULT-VALUE}.")
    private String optimizer = Optimizer.ADAM.label();

    @Option(
            names = "--learning-rate",
            paramLabel = "R",
            description = "Length of a step, above 0. Default: 0.002 with adam, 1 with sgd.")
    private Double learningRate;

    @Option(
            names = "--streams",
            paramLabel = "N",
            description = "Streams of text to train on side by side, the batch, 1 or more. Default: ${DEFAULT-VALUE}.")
    private int streams = 20;

    @Option(
            names = "--steps",
            paramLabel = "N",
            description = "Tokens that back-propagation goes back, 1 or more. Default: ${DEFAULT-VALUE}.")
    private int steps = 35;

    @Option(
            names = "--clip",
            paramLabel = "N",
            description = "Largest norm of the gradients of a step, 0 or more; 0 for any. Default: ${DEFAULT-VALUE}.")
    private double clip = 1;

    @Option(
            names = "--seed",
            paramLabel = "N",
            description = "What everything random depends on, any whole number. Default: ${DEFAULT-VALUE}.")
    private long seed = 1;

    /** The architecture of a {@code cell} network. */
    Architecture architecture(Cell cell) {
        boolean full = cutoffs.equals(List.of(0));
        try {
            return new Architecture(
                    cell,
                    size,
                    size,
                    layers,
                    cell == Cell.WINDOW ? window : 0,
                    dropout,
                    !untied,
                    full ? List.of() : cutoffs,
                    untied && !full ? 4 : 1);
        } catch (IllegalArgumentException e) {
            throw usage(e);
        }
    }

    /** How it is trained. */
    TrainingSettings training() {
        try {
            Optimizer chosen = Optimizer.named(optimizer);
            if (chosen == Optimizer.RMS_DECAY) {
                throw new IllegalArgumentException("--optimizer rms-decay adapts a network that has learned and cannot"
                        + " teach one that has not: take adam or sgd");
            }
            double rate = learningRate != null ? learningRate : chosen == Optimizer.ADAM ? 0.002 : 1;
            return new TrainingSettings(chosen, rate, clip, 0, streams, steps, seed);
        } catch (IllegalArgumentException e) {
            throw usage(e);
        }
    }

    /** What everything random depends on. */
    long seed() {
        return seed;
    }

    private ParameterException usage(IllegalArgumentException cause) {
        return new ParameterException(spec.commandLine(), cause.getMessage(), cause);
    }
}
