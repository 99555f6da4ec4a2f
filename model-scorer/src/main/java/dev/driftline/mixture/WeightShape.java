package dev.driftline.mixture;

import dev.driftline.codec.Varints;
import java.nio.charset.StandardCharsets;

/**
 * What stored weights were learned for. Weights of another shape cannot be read.
 *
 * @param orders the number of n-gram orders
 * @param bigramWindow tokens of the bigram cache
 * @param cacheClasses the number of {@link WeightBuckets#CACHE_CLASSES}
 * @param network the name of the network; empty without one
 * @param background whether there is a background; not part of the binary form, whose version says it
 */
public record WeightShape(int orders, int bigramWindow, int cacheClasses, String network, boolean background) {

    /** The shape of weights that are learned with {@code settings}. */
    public static WeightShape of(MixtureSettings settings) {
        return new WeightShape(
                settings.order(),
                settings.caches().bigramWindow(),
                WeightBuckets.CACHE_CLASSES,
                settings.neural().orElse(""),
                settings.background());
    }

    /**
     * Reads what {@link #write} wrote.
     *
     * @param background whether there was a background
     */
    public static WeightShape read(Varints.Reader in, boolean background) {
        WeightShape shape = readWithoutNetwork(in);
        String network = new String(in.readBytes(), StandardCharsets.UTF_8);
        return new WeightShape(shape.orders, shape.bigramWindow, shape.cacheClasses, network, background);
    }

    /** Reads a shape that was written before there were networks. */
    public static WeightShape readWithoutNetwork(Varints.Reader in) {
        return new WeightShape(in.readInt(), in.readInt(), in.readInt(), "", false);
    }

    /** Appends the binary form. */
    public void write(Varints.Writer out) {
        out.writeInt(orders);
        out.writeInt(bigramWindow);
        out.writeInt(cacheClasses);
        out.writeBytes(network.getBytes(StandardCharsets.UTF_8));
    }

    /** Whether the two differ in the background alone: then what was learned of the other experts fits. */
    public boolean differsInBackground(WeightShape other) {
        return fitsCachesOf(other) && network.equals(other.network) && background != other.background;
    }

    /** Whether the two differ in network and background at most: then the caches fit, and the weights may not. */
    public boolean fitsCachesOf(WeightShape other) {
        return orders == other.orders && bigramWindow == other.bigramWindow && cacheClasses == other.cacheClasses;
    }
}
