package dev.driftline.serving.http.connection;

import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.Scheduler;
import org.jspecify.annotations.Nullable;

/**
 * The end of a request that is answered before all of its body has come. To close a connection with bytes unread resets it, and a
 * client that is still sending then loses the answer. So what it sends is thrown away for a moment, and only then is the request
 * over; the client, which has its answer, closes long before. Thread-safe, but for {@link #run}.
 */
public final class Lingering implements Callback, Runnable {

    /** Milliseconds from the answer; the client has to find it in that time. */
    private static final long MOST_MS = 2_000;

    /** Bytes thrown away; a client that has sent more has not looked for an answer. */
    private static final long MOST_BYTES = 64L << 20;

    private final Request request;
    private final Callback callback;
    private final boolean isReader;
    private long thrownAway;
    private int readers;
    private boolean isAnswered;
    private boolean isDrained;
    private boolean isOver;
    private Scheduler.@Nullable Task alarm;

    /**
     * @param callback told when the request is over
     * @param isReader whether nobody else reads the body: then it is read as soon as the answer has been written
     */
    public Lingering(Request request, Callback callback, boolean isReader) {
        this.request = request;
        this.callback = callback;
        this.isReader = isReader;
        // Such a client waits for the answer before it sends anything.
        isDrained = request.getHeaders().contains(HttpHeader.EXPECT);
    }

    /** The answer has been written. */
    @Override
    public void succeeded() {
        synchronized (this) {
            isAnswered = true;
            if (!isDrained) {
                alarm = request.getComponents().getScheduler().schedule(this::giveUp, MOST_MS, TimeUnit.MILLISECONDS);
            }
        }
        finish();
        if (isReader) {
            run();
        }
    }

    @Override
    public void failed(Throwable failure) {
        synchronized (this) {
            if (isOver) {
                return;
            }
            isOver = true;
        }
        callback.failed(failure);
    }

    /** Throws away what has come and, as it comes, the rest; one thread at a time, with no demand under way. */
    @Override
    public void run() {
        synchronized (this) {
            if (isDrained) {
                return;
            }
            readers++;
        }
        boolean isEnd = false;
        while (!isEnd) {
            Content.Chunk chunk = request.read();
            if (chunk == null) {
                request.demand(this);
                break;
            }
            thrownAway += chunk.remaining();
            isEnd = Content.Chunk.isFailure(chunk) || chunk.isLast() || thrownAway > MOST_BYTES;
            chunk.release();
        }
        synchronized (this) {
            isDrained |= isEnd;
            readers--;
        }
        finish();
    }

    private void giveUp() {
        synchronized (this) {
            isDrained = true;
        }
        finish();
    }

    /** Ends the request once nothing is left to be done; not while a thread reads, since what it reads goes with the request. */
    private void finish() {
        synchronized (this) {
            if (isOver || !isAnswered || !isDrained || readers > 0) {
                return;
            }
            isOver = true;
            if (alarm != null) {
                alarm.cancel();
            }
        }
        callback.succeeded();
    }
}
