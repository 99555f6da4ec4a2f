package dev.driftline.serving.http;

import io.javalin.http.Context;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A bounded pool that answers requests: limits on concurrency, queue length and time per request.
 *
 * <p>The server's own threads only read requests and write answers. A request that does not fit into the queue is refused at once with 503; one
 * past its time gets 504, and the thread that works on it is interrupted. Thread-safe.
 */
public final class RequestPool implements AutoCloseable {

    static final String STOPPING = "this instance is stopping: ask another one, or this one when it is back";

    private final ThreadPoolExecutor threads;
    private final ScheduledThreadPoolExecutor clock;
    private final int most;
    private final long timeoutMs;
    private final Set<CompletableFuture<?>> open = ConcurrentHashMap.newKeySet();
    private volatile boolean refuses;

    /**
     * @param name of the threads
     * @param concurrent requests processed at the same time, 1 or more
     * @param queued requests that may wait, 0 or more
     * @param timeoutMs milliseconds from the request to the answer
     */
    public RequestPool(String name, int concurrent, int queued, long timeoutMs) {
        threads = new ThreadPoolExecutor(
                concurrent,
                concurrent,
                30,
                TimeUnit.SECONDS,
                queued == 0 ? new SynchronousQueue<>() : new ArrayBlockingQueue<>(queued),
                daemons(name));
        threads.allowCoreThreadTimeOut(true);
        clock = new ScheduledThreadPoolExecutor(1, daemons(name + "-clock"));
        clock.setRemoveOnCancelPolicy(true);
        most = concurrent + queued;
        this.timeoutMs = timeoutMs;
    }

    private static ThreadFactory daemons(String name) {
        AtomicInteger number = new AtomicInteger();
        return task -> {
            Thread thread = new Thread(task, name + "-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        };
    }

    /** Answers with the result of {@code query} as JSON. The caller's thread does not wait. */
    public void answer(Context context, Callable<?> query) {
        context.future(() -> submit(query).thenAccept(context::json));
    }

    /**
     * Has a query processed.
     *
     * @return its answer, or how it failed
     * @throws ProblemException if too many are waiting already, or the server stops
     */
    public <T> CompletableFuture<T> submit(Callable<T> query) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        FutureTask<Boolean> task = new FutureTask<>(() -> {
            try {
                return answer.complete(query.call());
            } catch (Exception | Error e) {
                return answer.completeExceptionally(e);
            }
        });
        open.add(answer);
        if (refuses) {
            open.remove(answer);
            throw stopping();
        }
        try {
            threads.execute(task);
        } catch (RejectedExecutionException e) {
            open.remove(answer);
            throw new ProblemException(Problem.limit(
                    "too-many-questions",
                    503,
                    "Too many requests at a time",
                    "this instance has " + most + " requests in process and waiting, the most that http.concurrent and"
                            + " http.queued allow: ask again in a moment",
                    most));
        }
        ScheduledFuture<?> alarm = clock.schedule(
                () -> {
                    if (answer.completeExceptionally(tooLate())) {
                        task.cancel(true);
                        threads.remove(task);
                    }
                },
                timeoutMs,
                TimeUnit.MILLISECONDS);
        return answer.whenComplete((done, failure) -> {
            open.remove(answer);
            alarm.cancel(false);
        });
    }

    private ProblemException tooLate() {
        return new ProblemException(new Problem(
                "out-of-time",
                504,
                "The request took too long",
                "there was no answer within the " + timeoutMs + " ms of http.timeout.ms: ask for less, or again",
                Map.of("limit", timeoutMs)));
    }

    /**
     * Answers every request that is processed or waits, and every one that comes, with 503: the server stops. One that were answered
     * later would find no connection any more.
     */
    public void refuse() {
        refuses = true;
        open.forEach(answer -> answer.completeExceptionally(stopping()));
    }

    private static ProblemException stopping() {
        return new ProblemException(Problem.of(503, STOPPING));
    }

    /** Requests processed now. */
    public int active() {
        return threads.getActiveCount();
    }

    /** Requests that wait. */
    public int waiting() {
        return threads.getQueue().size();
    }

    @Override
    public void close() {
        threads.shutdownNow();
        clock.shutdownNow();
    }
}
