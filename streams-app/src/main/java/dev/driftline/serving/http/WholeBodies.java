package dev.driftline.serving.http;

import dev.driftline.serving.http.connection.Lingering;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.Scheduler;
import org.jspecify.annotations.Nullable;

/**
 * Reads a request's body, as it arrives, before anything is done with the request: a client that sends it slowly, or never,
 * holds no thread. A body that is too long gets 413, one that takes too long 408, one for which {@link BodyBytes} has no room
 * 503, and the connection is closed once the client has had time to read that ({@link Lingering}). Room is taken as bytes arrive, and given back when the request has been answered.
 *
 * <p>Jetty's {@code EagerContentHandler} reads bodies ahead, too, but bounds neither the time of a whole body, as
 * {@code http.timeout.ms} promises (a minimum data rate is one of bytes a second), nor refuses with a {@link Problem} that names
 * the limit.
 */
final class WholeBodies extends Handler.Wrapper {

    private static final int FIRST_ROOM = 2048;

    private final int mostBytes;
    private final long timeoutMs;
    private final BodyBytes room;

    /**
     * @param mostBytes the longest body, where {@link Door} names no other
     * @param timeoutMs milliseconds within which it has to arrive
     * @param room for all bodies
     */
    WholeBodies(int mostBytes, long timeoutMs, BodyBytes room) {
        this.mostBytes = mostBytes;
        this.timeoutMs = timeoutMs;
        this.room = room;
    }

    /** Whether a body comes with a request. */
    static boolean hasBody(Request request) {
        return request.getHeaders().getLongField(HttpHeader.CONTENT_LENGTH) > 0
                || request.getHeaders().contains(HttpHeader.TRANSFER_ENCODING);
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        if (!hasBody(request)) {
            return super.handle(request, response, callback);
        }
        if (request.getAttribute(Door.UNREAD) != null) {
            Lingering refused = new Lingering(request, callback, true);
            return super.handle(new WithBody(request, new byte[0], 0), response, refused);
        }
        int most = request.getAttribute(Door.LONGEST_BODY) instanceof Integer other ? other : mostBytes;
        if (request.getHeaders().getLongField(HttpHeader.CONTENT_LENGTH) > most) {
            refuse(response, new Lingering(request, callback, true), tooLarge(most));
            return true;
        }
        new Reading(request, response, callback, most).begin();
        return true;
    }

    private Problem tooLarge(int most) {
        return Problem.limit(
                "body-too-large",
                413,
                "The body is too large",
                "a body has at most the " + most + " bytes of "
                        + (most == mostBytes ? "http.max.body.bytes" : "http.bodies.max.bytes"),
                most);
    }

    private Problem noRoom() {
        return Problem.limit(
                "too-many-bytes",
                503,
                "Too many bytes at a time",
                "the bodies of the requests under way take the " + room.most()
                        + " bytes of http.bodies.max.bytes: ask again in a moment",
                room.most());
    }

    private Problem tooSlow() {
        return new Problem(
                "body-too-slow",
                408,
                "The body did not arrive in time",
                "a body has to arrive within the " + timeoutMs + " ms of http.timeout.ms",
                Map.of("limit", timeoutMs));
    }

    private static void refuse(Response response, Callback callback, Problem problem) {
        response.setStatus(problem.status());
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, Problem.MEDIA_TYPE);
        // What is left of the body is not worth reading.
        response.getHeaders().put(HttpHeader.CONNECTION, "close");
        if (problem.status() == 503) {
            response.getHeaders().put(HttpHeader.RETRY_AFTER, ProblemResponses.RETRY_SECONDS);
        }
        response.write(true, ByteBuffer.wrap(ProblemResponses.json(problem)), callback);
    }

    /** One body under way. Its chunks are read by one thread at a time; the alarm may ring on another. */
    private final class Reading implements Runnable {

        private final Request request;
        private final Response response;
        private final Callback callback;
        private final Lingering refused;
        private final int most;
        private byte[] body = {};
        private int size;
        private long held;
        private boolean isAnswered;
        private final AtomicBoolean over = new AtomicBoolean();
        private Scheduler.@Nullable Task alarm;

        Reading(Request request, Response response, Callback callback, int most) {
            this.most = most;
            this.request = request;
            this.response = response;
            this.callback = callback;
            refused = new Lingering(request, callback, false);
        }

        void begin() {
            Request.addCompletionListener(request, failure -> giveBack());
            alarm = request.getComponents().getScheduler().schedule(this::tooLate, timeoutMs, TimeUnit.MILLISECONDS);
            run();
        }

        private void tooLate() {
            if (over.compareAndSet(false, true)) {
                // The demand that is under way, or the thread that reads, goes on with what comes.
                refuse(response, refused, tooSlow());
            }
        }

        @Override
        public void run() {
            while (!over.get()) {
                Content.Chunk chunk = request.read();
                if (chunk == null) {
                    request.demand(this);
                    return;
                }
                if (Content.Chunk.isFailure(chunk)) {
                    if (finish()) {
                        callback.failed(chunk.getFailure());
                    }
                    return;
                }
                boolean last = chunk.isLast();
                int came = chunk.remaining();
                Problem problem = size + came > most ? tooLarge(most) : hasRoom(came) ? null : noRoom();
                if (problem == null && came > 0) {
                    chunk.getByteBuffer().get(body, size, came);
                    size += came;
                }
                chunk.release();
                if (problem != null) {
                    if (finish()) {
                        body = new byte[0];
                        giveBack();
                        refuse(response, refused, problem);
                    }
                    break;
                }
                if (last) {
                    if (finish()) {
                        pass();
                        return;
                    }
                    break;
                }
            }
            refused.run();
        }

        /** Makes room for more bytes; false where there is none. */
        private boolean hasRoom(int more) {
            int needed = size + more;
            if (needed <= body.length) {
                return true;
            }
            long length = request.getHeaders().getLongField(HttpHeader.CONTENT_LENGTH);
            int whole = length > 0 ? (int) Math.min(length, most) : most;
            int larger = Math.max(needed, Math.min(whole, Math.max(FIRST_ROOM, 2 * body.length)));
            int added = larger - body.length;
            if (!take(added)) {
                return false;
            }
            body = Arrays.copyOf(body, larger);
            return true;
        }

        private synchronized boolean take(int bytes) {
            if (isAnswered || !room.take(bytes)) {
                return false;
            }
            held += bytes;
            return true;
        }

        /** When the request has been answered, or its connection is gone. */
        private synchronized void giveBack() {
            isAnswered = true;
            room.giveBack(held);
            held = 0;
        }

        private boolean finish() {
            if (alarm != null) {
                alarm.cancel();
            }
            return over.compareAndSet(false, true);
        }

        private void pass() {
            try {
                if (!getHandler().handle(new WithBody(request, body, size), response, callback)) {
                    Response.writeError(request, response, callback, 404);
                }
            } catch (Exception e) {
                Response.writeError(request, response, callback, e);
            }
        }
    }

    /** A request whose body is here. */
    private static final class WithBody extends Request.Wrapper {

        private final int length;
        private Content.Chunk next;

        WithBody(Request request, byte[] body, int length) {
            super(request);
            this.length = length;
            next = Content.Chunk.from(ByteBuffer.wrap(body, 0, length), true);
        }

        @Override
        public long getLength() {
            return length;
        }

        @Override
        public Content.Chunk read() {
            Content.Chunk chunk = next;
            next = Content.Chunk.EOF;
            return chunk;
        }

        @Override
        public void demand(Runnable demand) {
            demand.run();
        }

        @Override
        public boolean consumeAvailable() {
            next = Content.Chunk.EOF;
            return true;
        }
    }
}
