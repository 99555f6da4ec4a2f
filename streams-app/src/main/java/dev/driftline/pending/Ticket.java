package dev.driftline.pending;

/**
 * The name of a document of one partition until it is emitted: its offset and which of the two input topics it came from,
 * in one number. It is not the id: a repeated id is another document, scored and learned like any other.
 */
public final class Ticket {

    private Ticket() {}

    public static long of(long offset, boolean text) {
        return offset << 1 | (text ? 1 : 0);
    }

    public static long offset(long ticket) {
        return ticket >>> 1;
    }

    public static boolean isText(long ticket) {
        return (ticket & 1) != 0;
    }
}
