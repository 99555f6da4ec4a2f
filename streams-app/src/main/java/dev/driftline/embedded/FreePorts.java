package dev.driftline.embedded;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Ports of the loopback address that were free a moment ago. Another process may take one first; then the caller tries again.
 *
 * <p>They are below those that Linux gives to the near end of outgoing connections, from 32768 on by default. One of those could
 * become anybody's before the server listens, or while it is restarted; and a client that calls a server again and again while it
 * is away would in the end be given that very port, and be connected to itself.
 */
public final class FreePorts {

    private static final int FIRST = 15_000;
    private static final int END = 32_768;
    private static final int TRIES = 200;

    private FreePorts() {}

    /**
     * A free port.
     *
     * @throws UncheckedIOException if none is found
     */
    public static int one() {
        return several(1)[0];
    }

    /**
     * Free ports, each another.
     *
     * @throws UncheckedIOException if so many are not found
     */
    public static int[] several(int count) {
        // From anywhere in the range: processes that start at the same time look for ports, too.
        SplittableRandom random = new SplittableRandom();
        List<ServerSocket> taken = new ArrayList<>();
        try {
            IOException last = new IOException("tried none");
            for (int attempt = 0; attempt < TRIES && taken.size() < count; attempt++) {
                try {
                    taken.add(new ServerSocket(random.nextInt(FIRST, END), 1, InetAddress.getLoopbackAddress()));
                } catch (IOException e) {
                    last = e;
                }
            }
            if (taken.size() < count) {
                throw new UncheckedIOException("no free port on the loopback address", last);
            }
            return taken.stream().mapToInt(ServerSocket::getLocalPort).toArray();
        } finally {
            taken.forEach(FreePorts::close);
        }
    }

    private static void close(ServerSocket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
