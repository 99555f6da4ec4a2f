package dev.driftline.serving.http;

import io.javalin.http.Context;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.eclipse.jetty.ee10.servlet.ServletContextRequest;
import org.eclipse.jetty.io.EndPoint;

/**
 * A stream of server-sent events to one client. Sending never waits: what the client has not taken is kept up to
 * a bound, past which the stream is given up, as it is when the client goes away. So a client that does not
 * read holds no thread. Thread-safe.
 */
public final class EventStream {

    /** Bytes that may wait for a client that reads slowly. */
    static final int MOST_WAITING = 256 * 1024;

    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private final CompletableFuture<Void> answered = new CompletableFuture<>();
    private final Queue<byte[]> waiting = new ArrayDeque<>();
    private final HttpServletResponse response;
    private final ServletOutputStream out;
    /** Closes the connection, under a write that does not come to its end. */
    private final Runnable cutOff;

    private final int mostWaiting;
    private int waitingBytes;
    private boolean unflushed;
    private boolean open;
    private boolean closing;
    private boolean over;

    private EventStream(HttpServletResponse response, Runnable cutOff, int mostWaiting) throws IOException {
        this.response = response;
        out = response.getOutputStream();
        this.cutOff = cutOff;
        this.mostWaiting = mostWaiting;
    }

    /**
     * A stream that answers a request, on which nothing is written before {@link #begin()}.
     *
     * @param mostWaiting bytes that may wait for a client that reads slowly
     */
    public static EventStream of(Context context, int mostWaiting) {
        headers(context);
        // Now: once the stream is over, the request is no longer there to be asked for its connection.
        EndPoint connection = ServletContextRequest.getServletContextRequest(context.req())
                .getConnectionMetaData()
                .getConnection()
                .getEndPoint();
        try {
            return new EventStream(context.res(), connection::close, mostWaiting);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Answers HEAD: with the headers of a stream, which does not begin. False if something else came, and nothing was done. */
    public static boolean answeredHead(Context context) {
        boolean isHead = HeadRequests.isHead(context);
        if (isHead) {
            headers(context);
            try {
                // Else the server would say that a stream has the length 0.
                context.res().flushBuffer();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return isHead;
    }

    private static void headers(Context context) {
        context.header("Content-Type", "text/event-stream; charset=utf-8");
        // Else a proxy in front might keep events back until it has a page full.
        context.header("X-Accel-Buffering", "no");
    }

    /**
     * Answers a request with a stream.
     *
     * @param opened told of the stream, on the server's thread, which it must not hold
     */
    public static void open(Context context, Consumer<EventStream> opened) {
        context.future(() -> {
            EventStream stream = of(context, MOST_WAITING);
            stream.begin();
            opened.accept(stream);
            return stream.answered;
        });
    }

    /** Begins to write. */
    public void begin() {
        out.setWriteListener(new WriteListener() {
            @Override
            public void onWritePossible() {
                synchronized (EventStream.this) {
                    open = true;
                    drain();
                }
            }

            @Override
            public void onError(Throwable failure) {
                over();
                // Here and now, while there is still a request.
                answered.complete(null);
                ended.completeAsync(() -> null);
            }
        });
    }

    /**
     * Sends an event.
     *
     * @param event its type; empty for the default
     * @param json its data, on one line
     * @return false if the stream is over: the client has gone, does not read, or it was closed
     */
    public boolean send(String event, String json) {
        return write(((event.isEmpty() ? "" : "event: " + event + "\n") + "data: " + json + "\n\n")
                .getBytes(StandardCharsets.UTF_8));
    }

    /** Sends a comment, which keeps the connection open and notices that a client has gone. */
    public boolean ping() {
        return write(": \n\n".getBytes(StandardCharsets.UTF_8));
    }

    /** Sends what is an event, or part of one, already; as {@link #send}. */
    public synchronized boolean write(byte[] bytes) {
        if (closing || over) {
            return false;
        }
        waitingBytes += bytes.length;
        if (waitingBytes > mostWaiting) {
            end();
            cutOff.run();
            return false;
        }
        waiting.add(bytes);
        if (open) {
            drain();
        }
        return !over;
    }

    /** Ends the stream when all has been sent. */
    public synchronized void close() {
        closing = true;
        if (open) {
            drain();
        }
    }

    /** Whether the stream is over. */
    public synchronized boolean isOver() {
        return over;
    }

    /** Completes when the stream is over, whoever ended it. */
    public CompletableFuture<Void> ended() {
        return ended;
    }

    /** Completes when the response can be ended, which is never where the client has left and the server has ended it. */
    public CompletableFuture<Void> answered() {
        return answered;
    }

    private void drain() {
        try {
            while (!over && out.isReady()) {
                byte[] next = waiting.poll();
                if (next != null) {
                    waitingBytes -= next.length;
                    unflushed = true;
                    out.write(next);
                } else if (unflushed) {
                    unflushed = false;
                    out.flush();
                } else {
                    if (closing) {
                        end();
                    }
                    return;
                }
            }
        } catch (IOException | IllegalStateException e) {
            end();
        }
    }

    /** Ends the stream now, whatever waits. */
    public void end() {
        over();
        // Elsewhere: what waits for it writes the end of the response.
        ended.completeAsync(() -> null).thenRun(this::answer);
    }

    private synchronized void over() {
        over = true;
        waiting.clear();
    }

    /**
     * Lets the response be ended, unless the server has ended it already and taken back the request, since the client has left or
     * the server stops: to end it again fails, and so does the answer to that failure, without end.
     */
    private void answer() {
        try {
            response.getStatus();
        } catch (IllegalStateException e) {
            return;
        }
        answered.complete(null);
    }
}
