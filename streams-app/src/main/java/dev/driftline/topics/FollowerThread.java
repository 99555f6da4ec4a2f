package dev.driftline.topics;

import dev.driftline.threads.LastingThread;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A thread that reads topics until it is closed, and opens a new reader where one failed, be it by an {@link Error}. One start and one close; everything
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
    private final String name;
    private final LastingThread thread;
    private volatile @Nullable R reader;

    /**
     * A thread that has not been started.
     *
     * @param name of the thread
     * @param readers opens a reader
     * @param follow reads until {@link #isClosed}
     * @param failed told why it ended before that; it begins again {@link #RETRY} later
     */
    public FollowerThread(String name, Supplier<R> readers, Consumer<R> follow, Consumer<Throwable> failed) {
        this.readers = readers;
        this.follow = follow;
        this.name = name;
        thread = new LastingThread(name, this::run, failed, RETRY);
    }

    /** Begins to read. */
    public void start() {
        thread.start();
    }

    /** Whether it is to end. */
    public boolean isClosed() {
        return thread.isStopped();
    }

    private void run() {
        try (R opened = readers.get()) {
            reader = opened;
            follow.accept(opened);
        } catch (WakeupException | InterruptException e) {
            LOG.debug("{} was woken up to stop", name);
        } finally {
            reader = null;
        }
    }

    /** Waits for {@link #RETRY}, or until it is closed; on the thread itself. */
    public void pause() {
        try {
            thread.pause(RETRY);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            thread.stop();
        }
    }

    /** Ends the thread, and waits for that for at most half a minute. Does nothing the second time. */
    @Override
    public void close() {
        thread.stop();
        R open = reader;
        if (open != null) {
            open.wakeup();
        }
        thread.join(LAST_WAIT);
    }
}
