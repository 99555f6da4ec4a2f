package dev.driftline.neural.online;

/**
 * The comparison of an active network with its parent so far; decides about a rollback. Immutable. It is kept from round to
 * round, and by the service in its store, so that the comparison goes on after a restart.
 *
 * @param active version of the active network; empty if nothing is watched
 * @param parent version of its parent; empty if nothing is watched
 * @param comparison the sums so far, the active network as the candidate; older text weighs less
 * @param comparedTo the position up to which text has been compared on, exclusive
 */
public record ParentWatch(String active, String parent, PairedComparison comparison, long comparedTo) {

    /** Nothing is watched. */
    public static final ParentWatch NONE = new ParentWatch("", "", PairedComparison.NONE, 0);

    /** Whether it compares these two versions. */
    boolean isOf(String activeVersion, String parentVersion) {
        return active.equals(activeVersion) && parent.equals(parentVersion);
    }
}
