package dev.driftline.neural.online;

/**
 * How an active network has done beside its parent so far: what rolls it back once the parent is better. Immutable; kept
 * from round to round, and by the service in its store, so that the comparison goes on after a restart.
 *
 * @param active version of the active network; empty where nothing is watched
 * @param parent version of its parent; empty where nothing is watched
 * @param comparison the sums so far, the active network as the candidate; what is older weighs less
 * @param comparedTo the position up to which text has been compared on, exclusive
 */
public record ParentWatch(String active, String parent, PairedComparison comparison, long comparedTo) {

    /** Nothing is watched. */
    public static final ParentWatch NONE = new ParentWatch("", "", PairedComparison.NONE, 0);

    /** Whether it is of these two versions. */
    boolean isOf(String activeVersion, String parentVersion) {
        return active.equals(activeVersion) && parent.equals(parentVersion);
    }
}
