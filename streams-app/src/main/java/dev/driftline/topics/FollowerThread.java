package dev.driftline.topics;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A thread that reads topics until it is closed, and opens a new reader where one failed. One start and one close; everything
 * but {@link #pause} from any thread.
 *
 * @param <R> what it reads with
 */
public final class FollowerThread<R extends FollowerThread.Reader> implements AutoCloseable {

    /** Reads topics. Other threads only wake it up. */
    public interface Reader extends AutoCloseable {

        /** Makes the read under way, or the next one, end with a {@link WakeupException}. */
        void wakeup();

        @Override
        void close();
    }

    /** How long it waits before it tries again. */
    public static final Duration RETRY = Duration.ofSeconds(2);

    private static final Logger LOG = LoggerFactory.getLogger(FollowerThread.class);
    private static final Duration LAST_WAIT = Duration.ofSeconds(30);

    private final Supplier<R> readers;
    private final Consumer<R> follow;
    private final Consumer<RuntimeException> failed;
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Thread thread;
    private volatile @Nullable R reader;

    /**
     * A thread that has not been started.
     *
     * @param name of the thread
     * @param readers opens a reader
     * @param follow reads until {@link #isClosed}
     * @param failed told why it ended before that; it begins again {@link #RETRY} later
     */
    public FollowerThread(String name, Supplier<R> readers, Consumer<R> follow, Consumer<RuntimeException> failed) {
        this.readers = readers;
        this.follow = follow;
        this.failed = failed;
        thread = new Thread(this::run, name);
        thread.setDaemon(true);
    }

    /** Begins to read. */
    public void start() {
        thread.start();
    }

    /** Whether it is to end. */
    public boolean isClosed() {
        return closed.getCount() == 0;
    }

    private void run() {
        while (!isClosed()) {
            try (R opened = readers.get()) {
                reader = opened;
                follow.accept(opened);
            } catch (WakeupException | InterruptException e) {
                LOG.debug("{} was woken up to stop", thread.getName());
            } catch (RuntimeException e) {
                failed.accept(e);
                pause();
            } finally {
                reader = null;
            }
        }
    }

    /** Waits for {@link #RETRY}, or until it is closed; on the thread itself. */
    public void pause() {
        try {
            closed.await(RETRY.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            closed.countDown();
        }
    }

    /** Ends the thread, and waits for that for at most half a minute. Does nothing the second time. */
    @Override
    public void close() {
        closed.countDown();
        R open = reader;
        if (open != null) {
            open.wakeup();
        }
        try {
            thread.join(LAST_WAIT.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
