package dev.driftline.corpus;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The standard input or a pipe, of which nobody knows when it goes on: a thread of its own waits for it, so that the one that reads can
 * be told to stop. That thread reads when it is asked and not ahead, and as a daemon holds up no exit. One thread reads; any may stop.
 */
public final class StoppableInput extends InputStream {

    /** Opens what is read, which may wait, too: a named pipe waits for its writer. */
    interface Opening {
        InputStream open() throws IOException;
    }

    private static final int MOST_BYTES = 1 << 16;

    private static final Set<StoppableInput> OPEN = ConcurrentHashMap.newKeySet();

    private final Opening opening;
    private final byte[] buffer = new byte[MOST_BYTES];
    private @Nullable Thread reader;
    /** How much is asked for; 0 while nothing is. */
    private int asked;

    private int answered;
    private @Nullable IOException failure;
    private boolean isStopped;
    private boolean isClosed;

    StoppableInput(Opening opening) {
        this.opening = opening;
        OPEN.add(this);
    }

    /** Has all that wait for input, and those that read it next, fail with a {@link StoppedInputException}. */
    public static void stopAll() {
        OPEN.forEach(StoppableInput::stop);
    }

    private synchronized void stop() {
        isStopped = true;
        notifyAll();
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public synchronized int read(byte[] bytes, int from, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        if (reader == null) {
            reader = new Thread(this::readWhenAsked, "input");
            reader.setDaemon(true);
            reader.start();
        }
        asked = Math.min(length, MOST_BYTES);
        notifyAll();
        try {
            while (asked > 0 && failure == null && !isStopped && !isClosed) {
                wait();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while waiting for input");
        }
        if (isStopped) {
            throw new StoppedInputException();
        }
        if (isClosed) {
            throw new IOException("the input is closed");
        }
        if (failure != null) {
            throw new IOException(failure.getMessage(), failure);
        }
        if (answered > 0) {
            System.arraycopy(buffer, 0, bytes, from, answered);
        }
        return answered;
    }

    private void readWhenAsked() {
        byte[] read = new byte[MOST_BYTES];
        try (InputStream in = opening.open()) {
            for (int most = awaitAsked(); most > 0; most = awaitAsked()) {
                int length = in.read(read, 0, most);
                answer(read, length);
            }
        } catch (Throwable e) {
            // Whatever it is: nobody else would end the wait.
            fail(e instanceof IOException io ? io : new IOException(e));
        }
    }

    /** How much is asked for; 0 when nothing will be any more. */
    private synchronized int awaitAsked() {
        try {
            while (asked == 0 && !isClosed && !isStopped) {
                wait();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return 0;
        }
        return isClosed || isStopped ? 0 : asked;
    }

    private synchronized void answer(byte[] read, int length) {
        if (length > 0) {
            System.arraycopy(read, 0, buffer, 0, length);
        }
        answered = length;
        asked = 0;
        notifyAll();
    }

    private synchronized void fail(IOException cause) {
        failure = cause;
        notifyAll();
    }

    @Override
    public synchronized void close() {
        OPEN.remove(this);
        isClosed = true;
        notifyAll();
    }
}
