package dev.driftline.demo;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;

/** Resources opened one after the other, to be closed in the opposite order, all of them, whatever fails. One thread. */
final class OpenResources {

    /** Something to close. */
    interface Resource {
        void close() throws IOException;
    }

    private final Deque<Resource> open = new ArrayDeque<>();

    /** Remembers to do {@code closing}. */
    void add(Resource closing) {
        open.push(closing);
    }

    /**
     * Closes everything.
     *
     * @throws IOException the first failure, with the others suppressed
     */
    void closeAll() throws IOException {
        IOException first = null;
        while (!open.isEmpty()) {
            try {
                open.pop().close();
            } catch (IOException | RuntimeException e) {
                if (first == null) {
                    first = new IOException("closing failed: " + e.getMessage(), e);
                } else {
                    first.addSuppressed(e);
                }
            }
        }
        if (first != null) {
            throw first;
        }
    }
}
