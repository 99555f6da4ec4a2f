package dev.driftline.neural.training;

import dev.driftline.neural.Architecture;
import dev.driftline.neural.Bands;
import dev.driftline.neural.Network;
import dev.driftline.neural.NeuralVocabulary;
import dev.driftline.neural.Parameters;
import dev.driftline.neural.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * A network whose vocabulary changes: words that stay keep their numbers wherever they move, words that are new begin from
 * the mean of the rows of their band, a little moved so that no two are alike, and share the bias of {@code <unk>}, as which
 * they have gone so far.
 *
 * <p>Where an adaptive softmax has rows of its own, a word that moves from a band into the head takes with it what it means
 * there, Pᵀw of its row w and the band's projection P; one that moves into another band begins there as a new one does.
 */
public final class RowReplacement {

    private static final double NOISE = 0.01;

    private final Architecture architecture;
    private final Bands before;
    private final Bands after;
    private final int size;

    /** The index that each word had; −1 for a new one. */
    private final int[] sources;

    private final int added;

    RowReplacement(Architecture architecture, NeuralVocabulary old, NeuralVocabulary vocabulary) {
        this.architecture = architecture;
        before = new Bands(architecture, old.size());
        after = new Bands(architecture, vocabulary.size());
        size = vocabulary.size();
        sources = new int[size];
        int fresh = 0;
        for (int word = 0; word < size; word++) {
            int source = old.index(vocabulary.word(word));
            boolean known = source != NeuralVocabulary.UNKNOWN || word == NeuralVocabulary.UNKNOWN;
            sources[word] = known ? source : -1;
            fresh += known ? 0 : 1;
        }
        added = fresh;
    }

    /**
     * The network with another vocabulary.
     *
     * @param seed what the new rows depend on
     * @return {@code network} itself if the vocabulary is the same
     */
    public static Network apply(Network network, NeuralVocabulary vocabulary, long seed) {
        if (network.vocabulary().words().equals(vocabulary.words())) {
            return network;
        }
        RowReplacement replacement = new RowReplacement(network.architecture(), network.vocabulary(), vocabulary);
        return new Network(
                network.architecture(),
                vocabulary,
                replacement.weights(
                        network.parameters(), Network.random(network.architecture(), vocabulary, seed), seed));
    }

    /** The weights after the change; {@code untaught} has those of what is altogether new, a band's projection. */
    Parameters weights(Parameters old, Network untaught, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        return move(old, untaught.parameters(), random);
    }

    /** What belongs to the weights, moments for instance, after the change: zero for rows that are new. */
    Parameters state(Parameters old) {
        return move(old, null, null);
    }

    /** Zeros for what is new where {@code untaught} is null. */
    private Parameters move(Parameters old, Parameters untaught, SplittableRandom random) {
        List<Tensor> moved = new ArrayList<>();
        for (Map.Entry<String, int[]> shape :
                Parameters.shapes(architecture, size).entrySet()) {
            String name = shape.getKey();
            Tensor fresh = untaught == null
                    ? Tensor.zeros(name, shape.getValue())
                    : untaught.tensor(name).copy();
            if (name.equals(Parameters.EMBEDDING) || name.equals("decoder.weight")) {
                moveWords(old.tensor(name), fresh, 0, size, 0, random);
            } else if (name.equals("decoder.bias")) {
                moveBias(old.tensor(name).data(), fresh.data(), untaught != null);
            } else if (name.equals("decoder.head.weight")) {
                moveWords(old.tensor(name), fresh, 0, after.head(), 0, random);
                moveFromTails(old, fresh, untaught != null);
                int kept = Math.min(before.count(), after.count());
                int width = fresh.shape()[1];
                System.arraycopy(
                        old.tensor(name).data(),
                        before.head() * width,
                        fresh.data(),
                        after.head() * width,
                        kept * width);
            } else if (name.startsWith("decoder.tail.") && name.endsWith(".1.weight")) {
                int band = Integer.parseInt(name.split("\\.")[2]);
                if (old.has(name)) {
                    moveWords(old.tensor(name), fresh, after.from(band), after.size(band), before.from(band), random);
                }
            } else if (old.has(name)) {
                // Of the same shape but for the clusters of a head that has more bands now, or fewer.
                float[] data = old.tensor(name).data();
                System.arraycopy(data, 0, fresh.data(), 0, Math.min(data.length, fresh.data().length));
            }
            moved.add(fresh);
        }
        return new Parameters(moved);
    }

    /**
     * Moves the rows of words.
     *
     * @param first the first word of the new tensor
     * @param count how many words it has
     * @param oldFirst the first word of the old one
     */
    private void moveWords(Tensor old, Tensor fresh, int first, int count, int oldFirst, SplittableRandom random) {
        int width = fresh.shape()[1];
        // Those of a head after its words are bands.
        int oldCount = old.name().equals("decoder.head.weight") ? before.head() : old.shape()[0];
        float[][] means = new float[after.count() + 1][];
        for (int row = 0; row < count; row++) {
            int word = first + row;
            int source = sources[word] - oldFirst;
            if (sources[word] >= 0 && source >= 0 && source < oldCount) {
                System.arraycopy(old.data(), source * width, fresh.data(), row * width, width);
            } else if (random != null && oldCount > 0) {
                int band = after.of(word) + 1;
                if (means[band] == null) {
                    means[band] = mean(old, oldFirst, oldCount, band - 1);
                }
                for (int i = 0; i < width; i++) {
                    fresh.data()[row * width + i] = (float) (means[band][i] + NOISE * (2 * random.nextDouble() - 1));
                }
            }
        }
    }

    /** The mean of the rows that belong to a band, of all if none does. */
    private float[] mean(Tensor old, int oldFirst, int oldCount, int band) {
        int width = old.shape()[1];
        double[] sum = new double[width];
        int count = 0;
        for (int pass = 0; pass < 2 && count == 0; pass++) {
            for (int row = 0; row < oldCount; row++) {
                if (pass == 1 || before.of(oldFirst + row) == band) {
                    count++;
                    for (int i = 0; i < width; i++) {
                        sum[i] += old.data()[row * width + i];
                    }
                }
            }
        }
        float[] mean = new float[width];
        for (int i = 0; i < width; i++) {
            mean[i] = (float) (sum[i] / count);
        }
        return mean;
    }

    private void moveBias(float[] old, float[] fresh, boolean shares) {
        // What was one event is now one and as many as were added.
        float share = (float) (old[NeuralVocabulary.UNKNOWN] - Math.log(1.0 + added));
        for (int word = 0; word < fresh.length; word++) {
            if (sources[word] >= 0) {
                fresh[word] = old[sources[word]];
            } else if (shares) {
                fresh[word] = share;
            }
        }
    }

    private void moveFromTails(Parameters old, Tensor head, boolean weights) {
        int hidden = head.shape()[1];
        for (int word = 0; word < after.head(); word++) {
            int band = sources[word] < 0 ? -1 : before.of(sources[word]);
            if (band < 0 || !weights) {
                continue;
            }
            Tensor rows = old.tensor("decoder.tail." + band + ".1.weight");
            float[] projection =
                    old.tensor("decoder.tail." + band + ".0.weight").data();
            int width = rows.shape()[1];
            int from = (sources[word] - before.from(band)) * width;
            for (int i = 0; i < hidden; i++) {
                float sum = 0;
                for (int j = 0; j < width; j++) {
                    sum += rows.data()[from + j] * projection[j * hidden + i];
                }
                head.data()[word * hidden + i] = sum;
            }
        }
    }
}
