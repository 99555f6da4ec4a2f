package dev.driftline.arpa;

/** Is told of a file that is read, by the thread that reads it. */
public interface ArpaProgress {

    /** Nobody listens. */
    ArpaProgress NONE = new ArpaProgress() {};

    /**
     * N-grams were read: called about every million, and when all of a length were.
     *
     * @param length of the n-grams
     * @param done how many of this length were read
     * @param all how many of this length there are by the header
     */
    default void read(int length, long done, long all) {}

    /** Something in the file is unusual; it is read all the same, as the message says. */
    default void warn(String message) {}
}
