package dev.driftline.subword;

/** Cuts a text into pieces. Thread-safe. */
interface Cutter {

    /** Takes pieces in their order. */
    interface Pieces {

        /** @param id of the piece, or {@link PieceTrie#NONE} if the model does not have it */
        void add(int from, int to, int id);
    }

    /** @param text UTF-8, normalized */
    void cut(byte[] text, Pieces pieces);
}
