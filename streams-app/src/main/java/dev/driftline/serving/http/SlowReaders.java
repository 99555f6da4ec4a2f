package dev.driftline.serving.http;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.IteratingCallback;
import org.eclipse.jetty.util.thread.Scheduler;
import org.jspecify.annotations.Nullable;

/**
 * Keeps what a client has not taken of its answer, so that no thread waits for a client that reads slowly: whoever writes an answer
 * goes on as soon as {@link BodyBytes} has room for a copy, and without room waits as it would have anyway. A client that has
 * not taken its answer in time is cut off. Streams of events do so themselves ({@link EventStream}).
 */
final class SlowReaders extends Handler.Wrapper {

    private static final String EVENTS = "text/event-stream";

    private final BodyBytes room;
    private final long timeoutMs;

    /** @param timeoutMs milliseconds from when a client first does not take its answer at once, until it must have all of it */
    SlowReaders(BodyBytes room, long timeoutMs) {
        this.room = room;
        this.timeoutMs = timeoutMs;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        Answer answer = new Answer(request, response, callback);
        return super.handle(request, answer, answer.ended());
    }

    /**
     * What is to be written next.
     *
     * @param bytes taken from the room; 0 where {@code content} is the writer's own
     * @param written told when it has been written; null where the writer has been told already
     */
    private record Part(
            boolean last,
            @Nullable ByteBuffer content,
            int bytes,
            @Nullable Callback written) {}

    /** An answer under way. Thread-safe. */
    private final class Answer extends Response.Wrapper {

        private final Callback callback;
        private final EndPoint connection;
        private final Scheduler scheduler;
        private final Queue<Part> waiting = new ArrayDeque<>();
        private final Writer writer = new Writer();
        private @Nullable Part current;
        private @Nullable Throwable failure;
        private Scheduler.@Nullable Task alarm;
        private boolean isLast;
        private boolean isHandled;
        private boolean isTold;

        Answer(Request request, Response response, Callback callback) {
            super(request, response);
            this.callback = callback;
            connection = request.getConnectionMetaData().getConnection().getEndPoint();
            scheduler = request.getComponents().getScheduler();
        }

        @Override
        public void write(boolean last, ByteBuffer content, Callback written) {
            String type = getHeaders().get(HttpHeader.CONTENT_TYPE);
            if (type != null && type.startsWith(EVENTS)) {
                super.write(last, content, written);
                return;
            }
            int bytes = BufferUtil.length(content);
            boolean isKept = room.take(bytes);
            ByteBuffer kept = isKept ? BufferUtil.copy(content) : content;
            if (isKept && content != null) {
                // The writer takes what remains in it for not written.
                content.position(content.limit());
            }
            Throwable failed;
            synchronized (this) {
                failed = failure;
                isLast |= last;
                if (failed == null) {
                    waiting.add(isKept ? new Part(last, kept, bytes, null) : new Part(last, kept, 0, written));
                }
            }
            if (failed != null) {
                giveBack(isKept ? bytes : 0);
                written.failed(failed);
                return;
            }
            writer.iterate();
            if (isKept) {
                setAlarm();
                written.succeeded();
            }
        }

        /** Whether the last part has been handed over. */
        @Override
        public synchronized boolean hasLastWrite() {
            return isLast || super.hasLastWrite();
        }

        /** What the writer of the answer calls when it has written all of it. */
        Callback ended() {
            return Callback.from(
                    callback.getInvocationType(),
                    () -> {
                        synchronized (this) {
                            isHandled = true;
                        }
                        tellIfDone();
                    },
                    failed -> {
                        fail(failed);
                        tell(failed);
                    });
        }

        private void giveBack(int bytes) {
            if (bytes > 0) {
                room.giveBack(bytes);
            }
        }

        private synchronized void setAlarm() {
            if (alarm == null && failure == null && (current != null || !waiting.isEmpty())) {
                alarm = scheduler.schedule(connection::close, timeoutMs, TimeUnit.MILLISECONDS);
            }
        }

        private void tellIfDone() {
            Throwable failed;
            synchronized (this) {
                if (!isHandled || failure == null && (current != null || !waiting.isEmpty())) {
                    return;
                }
                failed = failure;
            }
            tell(failed);
        }

        private void tell(@Nullable Throwable failed) {
            synchronized (this) {
                if (isTold) {
                    return;
                }
                isTold = true;
                if (alarm != null) {
                    alarm.cancel();
                }
            }
            if (failed == null) {
                callback.succeeded();
            } else {
                callback.failed(failed);
            }
        }

        private void fail(Throwable failed) {
            Queue<Part> left;
            synchronized (this) {
                if (failure == null) {
                    failure = failed;
                }
                left = new ArrayDeque<>(waiting);
                waiting.clear();
                if (current != null) {
                    left.add(current);
                    current = null;
                }
            }
            for (Part part : left) {
                giveBack(part.bytes());
                if (part.written() != null) {
                    part.written().failed(failed);
                }
            }
        }

        /** Writes one part after the other. */
        private final class Writer extends IteratingCallback {

            @Override
            protected Action process() {
                Part next;
                synchronized (Answer.this) {
                    next = failure == null ? waiting.poll() : null;
                    current = next;
                }
                if (next == null) {
                    tellIfDone();
                    return Action.IDLE;
                }
                Answer.super.write(next.last(), next.content(), this);
                return Action.SCHEDULED;
            }

            @Override
            protected void onSuccess() {
                Part done;
                synchronized (Answer.this) {
                    done = current;
                    current = null;
                }
                if (done != null) {
                    giveBack(done.bytes());
                    if (done.written() != null) {
                        done.written().succeeded();
                    }
                }
            }

            @Override
            protected void onFailure(Throwable failed) {
                fail(failed);
                tellIfDone();
            }
        }
    }
}
