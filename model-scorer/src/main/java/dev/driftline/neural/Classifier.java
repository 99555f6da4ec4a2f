package dev.driftline.neural;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One softmax of an output layer: a full softmax, or the head or one band of an adaptive softmax.
 *
 * @param first the index of its first word
 * @param words how many words it has
 * @param size how many entries it has: its words, and in a head one for each band after them
 * @param width size of its input: of the state, or of the band's projection
 * @param weights the rows of its entries, in order
 * @param bias [size]; null if it has none
 * @param projection [width, hidden] from the state; null if it has none
 */
public record Classifier(
        int first,
        int words,
        int size,
        int width,
        List<Rows> weights,
        @Nullable Tensor bias,
        @Nullable Tensor projection) {

    /**
     * Rows of a matrix.
     *
     * @param tensor the matrix
     * @param from the first of the rows
     * @param count how many
     */
    public record Rows(Tensor tensor, int from, int count) {}

    public Classifier {
        weights = List.copyOf(weights);
    }

    /**
     * The projection of a band.
     *
     * @throws IllegalStateException if this is not a band
     */
    public Tensor bandProjection() {
        if (projection == null) {
            throw new IllegalStateException("a head has no projection");
        }
        return projection;
    }

    /**
     * The output layer of a network: the head first, then the bands. Works for weights and for gradients.
     *
     * @param parameters of a network, or others with the same names and shapes
     */
    public static List<Classifier> of(Architecture architecture, Bands bands, Parameters parameters) {
        Tensor embedding = parameters.tensor(Parameters.EMBEDDING);
        int hidden = architecture.hidden();
        List<Classifier> classifiers = new ArrayList<>();
        int size = bands.head() + bands.count();
        if (!architecture.adaptive()) {
            Tensor weight = architecture.tied() ? embedding : parameters.tensor("decoder.weight");
            classifiers.add(new Classifier(
                    0,
                    size,
                    size,
                    hidden,
                    List.of(new Rows(weight, 0, size)),
                    parameters.tensor("decoder.bias"),
                    null));
            return classifiers;
        }
        List<Rows> head = new ArrayList<>();
        if (architecture.tied()) {
            head.add(new Rows(embedding, 0, bands.head()));
            if (bands.count() > 0) {
                head.add(new Rows(parameters.tensor("decoder.head.clusters"), 0, bands.count()));
            }
        } else {
            head.add(new Rows(parameters.tensor("decoder.head.weight"), 0, size));
        }
        classifiers.add(new Classifier(0, bands.head(), size, hidden, head, null, null));
        for (int band = 0; band < bands.count(); band++) {
            Rows rows = architecture.tied()
                    ? new Rows(embedding, bands.from(band), bands.size(band))
                    : new Rows(parameters.tensor("decoder.tail." + band + ".1.weight"), 0, bands.size(band));
            classifiers.add(new Classifier(
                    bands.from(band),
                    bands.size(band),
                    bands.size(band),
                    bands.projection(band),
                    List.of(rows),
                    null,
                    parameters.tensor("decoder.tail." + band + ".0.weight")));
        }
        return classifiers;
    }
}
