package dev.driftline.torture.proxy;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;

/**
 * One connection of a client with a broker: a thread for what goes there and one for what comes back. Frames begin with their
 * length in 4 bytes; an answer begins with the correlation id of its request.
 */
public final class ProxiedConnection {

    private static final int CHUNK_BYTES = 64 << 10;
    private static final int CORRELATION_BYTES = 4;

    private final long number;
    private final int broker;
    private final Wire wire;
    private final Socket client;
    private final Socket server;
    private final Map<Integer, RequestHead> underWay = new ConcurrentHashMap<>();
    private final Lock gate = new ReentrantLock();
    private final Condition opened = gate.newCondition();
    private long heldUntil = System.nanoTime();
    private volatile String name = "";
    private volatile boolean closed;

    ProxiedConnection(long number, int broker, Wire wire, Socket client, Socket server) {
        this.number = number;
        this.broker = broker;
        this.wire = wire;
        this.client = client;
        this.server = server;
    }

    void start() {
        wire.opened(this);
        thread("to", this::forwardRequests).start();
        thread("from", this::forwardAnswers).start();
    }

    private Thread thread(String direction, Runnable work) {
        Thread thread = new Thread(null, work, "proxy-" + broker + "-" + number + "-" + direction, 256 << 10);
        thread.setDaemon(true);
        return thread;
    }

    /** The name that the client gave itself in its last request; empty before the first. */
    public String client() {
        return name;
    }

    /** Number of the broker. */
    public int broker() {
        return broker;
    }

    long number() {
        return number;
    }

    /** Holds back what comes from now on in both directions, while other connections go on. */
    public void hold(long millis) {
        gate.lock();
        try {
            heldUntil = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        } finally {
            gate.unlock();
        }
    }

    /** Closes both ends, with what is under way. */
    public void cut() {
        closed = true;
        gate.lock();
        try {
            opened.signalAll();
        } finally {
            gate.unlock();
        }
        close(client);
        close(server);
        wire.closed(this);
    }

    boolean isUnderWay(Set<Api> apis, String clients) {
        return underWay.values().stream()
                .anyMatch(head -> head.client().startsWith(clients)
                        && head.api().filter(apis::contains).isPresent());
    }

    private void forwardRequests() {
        try {
            DataInputStream in = new DataInputStream(new BufferedInputStream(client.getInputStream(), CHUNK_BYTES));
            OutputStream out = server.getOutputStream();
            while (!closed) {
                int length = in.readInt();
                byte[] start = in.readNBytes(Math.min(length, RequestHead.BYTES));
                Optional<RequestHead> head = RequestHead.read(ByteBuffer.wrap(start));
                if (head.isPresent()) {
                    name = head.get().client();
                    underWay.put(head.get().correlation(), head.get());
                    if (isCut(Interception.Side.BEFORE, head.get())) {
                        return;
                    }
                }
                forward(length, start, in, out);
            }
        } catch (IOException | InterruptedException ended) {
            // By one of the two, or by a cut.
        } finally {
            cut();
        }
    }

    private void forwardAnswers() {
        try {
            DataInputStream in = new DataInputStream(new BufferedInputStream(server.getInputStream(), CHUNK_BYTES));
            OutputStream out = client.getOutputStream();
            while (!closed) {
                int length = in.readInt();
                byte[] start = in.readNBytes(Math.min(length, CORRELATION_BYTES));
                RequestHead head = start.length < CORRELATION_BYTES
                        ? null
                        : underWay.get(ByteBuffer.wrap(start).getInt());
                if (head != null && isCut(Interception.Side.AFTER, head)) {
                    return;
                }
                forward(length, start, in, out);
                if (head != null) {
                    underWay.remove(head.correlation());
                }
            }
        } catch (IOException | InterruptedException ended) {
            // By one of the two, or by a cut.
        } finally {
            cut();
        }
    }

    private boolean isCut(Interception.Side side, RequestHead head) throws InterruptedException {
        Optional<Interception> interception = wire.caught(side, broker, head);
        return interception.isPresent() && interception.get().verdict() == Interception.Verdict.CUT;
    }

    private void forward(int length, byte[] start, DataInputStream in, OutputStream out)
            throws IOException, InterruptedException {
        awaitOpen();
        byte[] chunk = new byte[Math.min(CHUNK_BYTES, Integer.BYTES + length)];
        ByteBuffer.wrap(chunk).putInt(length).put(start);
        int filled = Integer.BYTES + start.length;
        int left = length - start.length;
        while (true) {
            int more = Math.min(left, chunk.length - filled);
            in.readFully(chunk, filled, more);
            out.write(chunk, 0, filled + more);
            left -= more;
            filled = 0;
            if (left == 0) {
                out.flush();
                return;
            }
        }
    }

    private void awaitOpen() throws InterruptedException {
        gate.lock();
        try {
            for (long left = heldUntil - System.nanoTime(); left > 0 && !closed; left = heldUntil - System.nanoTime()) {
                opened.awaitNanos(left);
            }
        } finally {
            gate.unlock();
        }
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // Closed it is.
        }
    }
}
