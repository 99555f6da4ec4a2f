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
import org.jspecify.annotations.Nullable;

/**
 * Changes the vocabulary of a network. Words in both vocabularies keep their weights wherever they move. New words start from
 * the mean of the rows of their band, plus noise so that no two are equal, and share the bias of {@code <unk>}, which they
 * were part of so far.
 *
 * <p>If an adaptive softmax has its own rows, a word that moves from a band into the head gets the equivalent row Pᵀw, of its
 * row w and the band's projection P; a word that moves into another band starts there like a new one.
 */
public final class RowReplacement {

    private static final double NOISE = 0.01;

    private final Architecture architecture;
    private final Bands before;
    private final Bands after;
    private final int size;

    /** The old index of each word; −1 for a new one. */
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
     * @param seed of the new rows
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

    /** The weights after the change; {@code untrained} has those without an origin, such as the projection of a new band. */
    Parameters weights(Parameters old, Network untrained, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        return move(old, untrained.parameters(), random);
    }

    /** Numbers that belong to the weights, such as moments, after the change: zero for new rows. */
    Parameters state(Parameters old) {
        return move(old, null, null);
    }

    /** New rows are zero if {@code untrained} is null. */
    private Parameters move(Parameters old, @Nullable Parameters untrained, @Nullable SplittableRandom random) {
        List<Tensor> moved = new ArrayList<>();
        for (Map.Entry<String, int[]> shape :
                Parameters.shapes(architecture, size).entrySet()) {
            String name = shape.getKey();
            Tensor fresh = untrained == null
                    ? Tensor.zeros(name, shape.getValue())
                    : untrained.tensor(name).copy();
            if (name.equals(Parameters.EMBEDDING) || name.equals("decoder.weight")) {
                moveWords(old.tensor(name), fresh, 0, size, 0, random);
            } else if (name.equals("decoder.bias")) {
                moveBias(old.tensor(name).data(), fresh.data(), untrained != null);
            } else if (name.equals("decoder.head.weight")) {
                moveWords(old.tensor(name), fresh, 0, after.head(), 0, random);
                moveFromTails(old, fresh, untrained != null);
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
                // Of the same shape, except the clusters of a head whose number of bands has changed.
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
    private void moveWords(
            Tensor old, Tensor fresh, int first, int count, int oldFirst, @Nullable SplittableRandom random) {
        int width = fresh.shape()[1];
        // In a head, the rows after the words are bands.
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

    /** The mean of the rows in a band, or of all rows if none is. */
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
        // The one event <unk> is now as many more events as words were added.
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
