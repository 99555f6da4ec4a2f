package dev.driftline.corpus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Isolated;

/** Alone, since it stops whatever waits for input in this process. */
@Isolated
@Timeout(30)
class StoppableInputTest {

    private final CountDownLatch waiting = new CountDownLatch(1);
    private final CountDownLatch never = new CountDownLatch(1);

    /** A pipe that brings some bytes, and then nothing and no end. */
    private InputStream open(int bytes) {
        return new InputStream() {
            private int left = bytes;

            @Override
            public int read() {
                throw new UnsupportedOperationException();
            }

            @Override
            public int read(byte[] into, int from, int length) throws IOException {
                if (left > 0) {
                    int read = Math.min(left, length);
                    left -= read;
                    return read;
                }
                waiting.countDown();
                try {
                    never.await();
                } catch (InterruptedException e) {
                    throw new IOException(e);
                }
                return -1;
            }
        };
    }

    @Test
    void shouldGiveWhatIsThereUpToItsEnd() throws IOException {
        byte[] bytes = new byte[200_000];
        bytes[150_000] = 7;
        try (StoppableInput in = new StoppableInput(() -> new ByteArrayInputStream(bytes))) {
            assertThat(in.readAllBytes()).isEqualTo(bytes);
            assertThat(in.read()).isEqualTo(-1);
        }
    }

    @Test
    void shouldEndAWaitWhenItIsStopped() throws Exception {
        try (StoppableInput in = new StoppableInput(() -> open(100))) {
            assertThat(in.readNBytes(100)).hasSize(100);
            CompletableFuture<Void> stopping = CompletableFuture.runAsync(() -> {
                try {
                    waiting.await();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
                StoppableInput.stopAll();
            });

            assertThatThrownBy(in::read).isInstanceOf(StoppedInputException.class);
            stopping.get(10, TimeUnit.SECONDS);
            assertThatThrownBy(in::read).isInstanceOf(StoppedInputException.class);
        } finally {
            never.countDown();
        }
    }

    @Test
    void shouldFailEachTimeWhenItCannotBeOpened() throws IOException {
        try (StoppableInput in = new StoppableInput(() -> {
            throw new IOException("no such pipe");
        })) {
            assertThatThrownBy(in::read).hasMessage("no such pipe");
            assertThatThrownBy(in::read).hasMessage("no such pipe");
        }
    }

    @Test
    void shouldFailWhenItIsClosed() throws IOException {
        StoppableInput in = new StoppableInput(() -> open(1));
        in.close();

        assertThatThrownBy(in::read).isInstanceOf(IOException.class);
    }
}
