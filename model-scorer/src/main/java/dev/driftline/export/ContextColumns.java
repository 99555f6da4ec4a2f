package dev.driftline.export;

/**
 * The contexts of one length, as the shards give them, each with what follows it: a row a context, behind each other the rows of its
 * followers. Not thread-safe.
 */
final class ContextColumns {

    private final int length;
    private final IntColumn words = new IntColumn();
    private final IntColumn ends = new IntColumn();
    private final FloatColumn lefts = new FloatColumn();
    private final FloatColumn lost = new FloatColumn();
    private final IntColumn followers = new IntColumn();
    private final FloatColumn owns = new FloatColumn();
    private double lostOfLast;
    private boolean open;

    /** By context, where the n-gram of its first words is among the n-grams of as many words. */
    private int[] places = {};

    /** @param length of the contexts, in words */
    ContextColumns(int length) {
        this.length = length;
    }

    /**
     * Begins a context.
     *
     * @param nearestFirst its words, from index 1
     * @param ids the word of each number there
     * @param left γ of the context
     */
    void begin(int[] nearestFirst, int[] ids, double left) {
        finish();
        for (int d = length; d >= 1; d--) {
            words.add(ids[nearestFirst[d]]);
        }
        lefts.add((float) left);
        lostOfLast = 0;
        open = true;
    }

    /** Adds a follower to the context begun last. */
    void follower(int word, double own) {
        followers.add(word);
        owns.add((float) own);
    }

    /** A follower of the context begun last is left out. */
    void lose(double own) {
        lostOfLast += own;
    }

    /** Ends the last context. */
    void finish() {
        if (open) {
            ends.add(followers.size());
            lost.add((float) lostOfLast);
            open = false;
        }
    }

    int length() {
        return length;
    }

    int contexts() {
        return ends.size();
    }

    int followers() {
        return followers.size();
    }

    /** A word of a context, the first one being that which is furthest from its followers. */
    int word(int context, int at) {
        return words.get(Math.toIntExact((long) context * length + at));
    }

    int begin(int context) {
        return context == 0 ? 0 : ends.get(context - 1);
    }

    int end(int context) {
        return ends.get(context);
    }

    int follower(int row) {
        return followers.get(row);
    }

    float own(int row) {
        return owns.get(row);
    }

    float left(int context) {
        return lefts.get(context);
    }

    /** What followers that are left out have of their own. */
    float lost(int context) {
        return lost.get(context);
    }

    int[] places() {
        return places;
    }

    void places(int[] found) {
        places = found;
    }
}
