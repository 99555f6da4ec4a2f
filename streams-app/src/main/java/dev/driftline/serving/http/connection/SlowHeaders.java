package dev.driftline.serving.http.connection;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.util.component.AbstractLifeCycle;
import org.eclipse.jetty.util.thread.Scheduler;

/**
 * Closes connections on which the head of a request has been coming for too long. The idle timeout does not: each byte begins it
 * anew. Such a connection holds no thread, but one of the connections that there may be.
 */
public final class SlowHeaders extends AbstractLifeCycle implements Connection.Listener {

    private final Scheduler scheduler;
    private final long timeoutMs;
    private final Map<Connection, Head> heads = new ConcurrentHashMap<>();

    /** What was seen of a connection: requests that have begun, and since when bytes of another one are there. */
    private static final class Head {
        private long requests;
        private long bytes;
        private long since = -1;
    }

    /** @param timeoutMs milliseconds that the head of a request may take, about */
    public SlowHeaders(Scheduler scheduler, long timeoutMs) {
        this.scheduler = scheduler;
        this.timeoutMs = timeoutMs;
    }

    @Override
    protected void doStart() {
        next();
    }

    private void next() {
        scheduler.schedule(this::look, Math.max(10, timeoutMs / 4), TimeUnit.MILLISECONDS);
    }

    private void look() {
        long now = System.nanoTime();
        heads.forEach((connection, head) -> look(connection, head, now));
        if (isRunning() || isStarting()) {
            next();
        }
    }

    private void look(Connection connection, Head head, long now) {
        long requests = connection.getMessagesIn();
        long bytes = connection.getBytesIn();
        boolean between = requests <= connection.getMessagesOut();
        if (requests != head.requests || !between || bytes <= head.bytes && head.since < 0) {
            head.requests = requests;
            head.bytes = bytes;
            head.since = -1;
        } else if (head.since < 0) {
            head.since = now;
        } else if (now - head.since > TimeUnit.MILLISECONDS.toNanos(timeoutMs)) {
            heads.remove(connection);
            connection.getEndPoint().close();
        }
    }

    @Override
    public void onOpened(Connection connection) {
        // The connection below one with TLS counts no requests.
        if (connection.getMessagesIn() >= 0) {
            heads.put(connection, new Head());
        }
    }

    @Override
    public void onClosed(Connection connection) {
        heads.remove(connection);
    }
}
