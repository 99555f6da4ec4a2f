package dev.driftline.serving;

import dev.driftline.live.EventHub;
import dev.driftline.live.LiveEvent;
import io.javalin.http.Context;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.eclipse.jetty.ee10.servlet.ServletContextRequest;
import org.eclipse.jetty.io.EndPoint;

/**
 * One client of the server-sent events, written to without blocking: no thread waits for it. What it has not taken yet waits
 * in a bounded queue; a client for which that is not enough is cut off, and may come back with the id of its last event.
 *
 * <p>Events share their bytes among all clients, so that a thousand slow clients cost little more memory than one.
 */
final class EventConnection implements EventHub.Subscriber, WriteListener {

    /** Most bytes that wait for a client, beside what is in the socket: more than the hub keeps for those who come back. */
    static final int MOST_QUEUED_BYTES = 1024 * 1024;

    private static final byte[] GREETING = "retry: 2000\n\n".getBytes(StandardCharsets.UTF_8);

    private final Set<String> types;
    private final EndPoint connection;
    private final ServletOutputStream out;
    private final CompletableFuture<Void> gone = new CompletableFuture<>();
    private final Deque<byte[]> queue = new ArrayDeque<>();
    private int queuedBytes;
    private boolean writable;
    private boolean unflushed;
    private boolean ended;

    /**
     * A connection for a request whose asynchronous processing has begun.
     *
     * @param types the types of events that are wanted; empty for all
     */
    EventConnection(Context context, Set<String> types) throws IOException {
        this.types = types;
        // Now: once it is over, the request is no longer there to be asked for its connection.
        connection = ServletContextRequest.getServletContextRequest(context.req())
                .getConnectionMetaData()
                .getConnection()
                .getEndPoint();
        out = context.res().getOutputStream();
        queue.add(GREETING);
    }

    /** Begins to write. */
    void open() {
        out.setWriteListener(this);
    }

    /** Completes when the client has gone or was sent away. */
    CompletableFuture<Void> gone() {
        return gone;
    }

    @Override
    public synchronized boolean receive(LiveEvent event) {
        if (ended) {
            return false;
        }
        if (!types.isEmpty() && !types.contains(event.type()) && !event.type().equals("status")) {
            return true;
        }
        if (queuedBytes + event.frame().length > MOST_QUEUED_BYTES) {
            cut();
            return false;
        }
        queue.add(event.frame());
        queuedBytes += event.frame().length;
        drain();
        return !ended;
    }

    @Override
    public synchronized void onWritePossible() {
        writable = true;
        drain();
    }

    private void drain() {
        try {
            while (writable && !ended && out.isReady()) {
                byte[] next = queue.poll();
                if (next != null) {
                    queuedBytes -= next.length;
                    out.write(next);
                    unflushed = true;
                } else if (unflushed) {
                    out.flush();
                    unflushed = false;
                } else {
                    return;
                }
            }
        } catch (IOException | IllegalStateException e) {
            leave();
        }
    }

    @Override
    public synchronized void onError(Throwable failure) {
        leave();
    }

    @Override
    public synchronized void end() {
        leave();
    }

    /** Closes the connection under a write that does not come to its end. */
    private void cut() {
        leave();
        connection.close();
    }

    private void leave() {
        if (!ended) {
            ended = true;
            queue.clear();
            queuedBytes = 0;
            // Elsewhere: what waits for it writes the end of the response.
            gone.completeAsync(() -> null);
        }
    }
}
