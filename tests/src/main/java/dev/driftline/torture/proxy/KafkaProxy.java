package dev.driftline.torture.proxy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.atomic.AtomicLong;

/** Listens in front of one broker, on a loopback port that stays the same. The broker may come and go meanwhile. */
public final class KafkaProxy implements AutoCloseable {

    private static final int CONNECT_MS = 5_000;
    private static final AtomicLong NUMBERS = new AtomicLong();

    private final int broker;
    private final Wire wire;
    private final ServerSocket listener;
    private volatile int target;

    private KafkaProxy(int broker, Wire wire, ServerSocket listener) {
        this.broker = broker;
        this.wire = wire;
        this.listener = listener;
    }

    /**
     * Takes a port and listens. Connections are closed at once until {@link #forwardTo} says where they go.
     *
     * @param broker number of the broker
     */
    public static KafkaProxy listen(int broker, Wire wire) {
        try {
            KafkaProxy proxy = new KafkaProxy(broker, wire, new ServerSocket(0, 200, InetAddress.getLoopbackAddress()));
            Thread accepting = new Thread(proxy::accept, "proxy-" + broker);
            accepting.setDaemon(true);
            accepting.start();
            return proxy;
        } catch (IOException e) {
            throw new UncheckedIOException("no free port on the loopback address", e);
        }
    }

    /** Says where the broker listens, a port of the loopback address. */
    public void forwardTo(int port) {
        target = port;
    }

    /** Where clients connect. */
    public int port() {
        return listener.getLocalPort();
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                connect(listener.accept());
            } catch (IOException e) {
                // Closed, or a client that is gone already.
            }
        }
    }

    private void connect(Socket client) throws IOException {
        Socket server = new Socket();
        try {
            server.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), target), CONNECT_MS);
            server.setTcpNoDelay(true);
            client.setTcpNoDelay(true);
        } catch (IOException | IllegalArgumentException e) {
            client.close();
            server.close();
            return;
        }
        new ProxiedConnection(NUMBERS.incrementAndGet(), broker, wire, client, server).start();
    }

    /** Stops listening, and cuts what runs through it. */
    @Override
    public void close() {
        try {
            listener.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        wire.connections("").stream()
                .filter(connection -> connection.broker() == broker)
                .forEach(ProxiedConnection::cut);
    }
}
