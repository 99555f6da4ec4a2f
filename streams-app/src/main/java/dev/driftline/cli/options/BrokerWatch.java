package dev.driftline.cli.options;

import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.List;
import org.apache.kafka.common.utils.Utils;

/**
 * Says within two seconds that no broker accepts a connection: Kafka's clients try again for a minute and say nothing. It
 * only tells; the command goes on trying.
 */
final class BrokerWatch {

    private static final int CONNECT_MILLIS = 400;
    private static final long PATIENCE_MILLIS = 1_200;
    private static final long PAUSE_MILLIS = 250;

    private BrokerWatch() {}

    /** Looks at {@code servers}, each {@code HOST:PORT} or {@code PROTOCOL://HOST:PORT}, from a thread of its own that ends by itself. */
    static void start(List<String> servers, PrintWriter err) {
        Thread thread = new Thread(() -> watch(servers, err), "broker-watch");
        thread.setDaemon(true);
        thread.start();
    }

    private static void watch(List<String> servers, PrintWriter err) {
        long deadline = System.nanoTime() + PATIENCE_MILLIS * 1_000_000;
        try {
            while (true) {
                for (String server : servers) {
                    if (accepts(server)) {
                        return;
                    }
                    if (System.nanoTime() > deadline) {
                        err.println("driftline: waiting for the broker at " + String.join(",", servers)
                                + "; Ctrl-C ends it, and --bootstrap-servers names another");
                        err.flush();
                        return;
                    }
                }
                Thread.sleep(PAUSE_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Whether a server answers; what is not an address is left to Kafka, which says so better. */
    private static boolean accepts(String server) {
        String host = Utils.getHost(server);
        Integer port = Utils.getPort(server);
        if (host == null || port == null) {
            return true;
        }
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(host, port), CONNECT_MILLIS);
            return true;
        } catch (IOException | IllegalArgumentException e) {
            return false;
        }
    }
}
