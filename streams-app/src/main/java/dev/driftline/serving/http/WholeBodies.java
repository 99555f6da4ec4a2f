package dev.driftline.serving.http;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
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
 * holds no thread. A body that is too long gets 413, one that takes too long 408, and the connection is closed.
 *
 * <p>Jetty's {@code EagerContentHandler} reads bodies ahead, too, but bounds neither the time of a whole body, as
 * {@code http.timeout.ms} promises (a minimum data rate is one of bytes a second), nor refuses with a {@link Problem} that names
 * the limit.
 */
final class WholeBodies extends Handler.Wrapper {

    private final int mostBytes;
    private final long timeoutMs;

    /**
     * @param mostBytes the longest body
     * @param timeoutMs milliseconds within which it has to arrive
     */
    WholeBodies(int mostBytes, long timeoutMs) {
        this.mostBytes = mostBytes;
        this.timeoutMs = timeoutMs;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        long length = request.getHeaders().getLongField(HttpHeader.CONTENT_LENGTH);
        boolean chunked = request.getHeaders().contains(HttpHeader.TRANSFER_ENCODING);
        if (length <= 0 && !chunked) {
            return super.handle(request, response, callback);
        }
        if (length > mostBytes) {
            refuse(response, callback, tooLarge());
            return true;
        }
        new Reading(request, response, callback).begin();
        return true;
    }

    private Problem tooLarge() {
        return Problem.limit(
                "body-too-large",
                413,
                "The body is too large",
                "a body has at most the " + mostBytes + " bytes of http.max.body.bytes",
                mostBytes);
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
        response.write(true, ByteBuffer.wrap(ProblemResponses.json(problem)), callback);
    }

    /** One body under way. Its chunks are read by one thread at a time; the alarm may ring on another. */
    private final class Reading implements Runnable {

        private final Request request;
        private final Response response;
        private final Callback callback;
        private final ByteArrayOutputStream body = new ByteArrayOutputStream(512);
        private final AtomicBoolean over = new AtomicBoolean();
        private Scheduler.@Nullable Task alarm;

        Reading(Request request, Response response, Callback callback) {
            this.request = request;
            this.response = response;
            this.callback = callback;
        }

        void begin() {
            alarm = request.getComponents().getScheduler().schedule(this::tooLate, timeoutMs, TimeUnit.MILLISECONDS);
            run();
        }

        private void tooLate() {
            if (over.compareAndSet(false, true)) {
                refuse(response, callback, tooSlow());
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
                int size = chunk.remaining();
                if (body.size() + size <= mostBytes) {
                    byte[] bytes = new byte[size];
                    chunk.getByteBuffer().get(bytes);
                    body.writeBytes(bytes);
                    chunk.release();
                } else {
                    chunk.release();
                    if (finish()) {
                        refuse(response, callback, tooLarge());
                    }
                    return;
                }
                if (last) {
                    if (finish()) {
                        pass();
                    }
                    return;
                }
            }
        }

        private boolean finish() {
            if (alarm != null) {
                alarm.cancel();
            }
            return over.compareAndSet(false, true);
        }

        private void pass() {
            try {
                if (!getHandler().handle(new WithBody(request, body.toByteArray()), response, callback)) {
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

        WithBody(Request request, byte[] body) {
            super(request);
            length = body.length;
            next = Content.Chunk.from(ByteBuffer.wrap(body), true);
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
