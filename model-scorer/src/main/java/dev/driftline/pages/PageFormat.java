package dev.driftline.pages;

/** The version that every page begins with. */
public final class PageFormat {

    private PageFormat() {}

    /**
     * Refuses a page that this code cannot read.
     *
     * @param what it holds
     * @throws IllegalStateException with the cure
     */
    public static void check(int found, int expected, String what) {
        if (found != expected) {
            throw new IllegalStateException("page of " + what + " has format version " + found + ", this code reads "
                    + expected + ": start the version of Driftline that wrote the state, or start with an empty one");
        }
    }
}
