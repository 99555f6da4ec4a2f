package dev.driftline.ngram;

/** Visits everything that the pages of some contexts hold: tuples, what is left of forgotten ones, and the mass of those. */
@FunctionalInterface
interface HeldVisitor {

    /** Something that holds tuples, what is left of forgotten ones, and the mass of those. */
    interface Source {

        /** Visits everything that is held, in no particular order. */
        void held(HeldVisitor visitor);

        /** As {@link #held}, but the mass that contexts have forgotten last: who puts it elsewhere needs those contexts to be there. */
        default void heldContextsFirst(HeldVisitor visitor) {
            held((context, length, word, count, left, used) -> {
                if (word != HeldVisitor.FORGOTTEN) {
                    visitor.visit(context, length, word, count, left, used);
                }
            });
            held((context, length, word, count, left, used) -> {
                if (word == HeldVisitor.FORGOTTEN) {
                    visitor.visit(context, length, word, count, left, used);
                }
            });
        }
    }

    /** In place of a word: the mass of followers that a context has forgotten. */
    int FORGOTTEN = -1;

    /**
     * @param context words nearest first from index 1; used again for the next visit
     * @param length of the context: N − 1, or fewer where it ends in {@code <s>}, of a tuple; fewer of what is left of one
     * @param word the follower, or {@link #FORGOTTEN}
     * @param count its raw count; of what is left, of the forgotten tuples; of forgotten followers, their raw counts together
     * @param left 0 of a tuple; of what is left, the distinct words before it that are forgotten; of forgotten followers, their
     *     continuation counts together
     * @param used whether it was counted since the hand came by
     */
    void visit(int[] context, int length, int word, long count, long left, boolean used);
}
