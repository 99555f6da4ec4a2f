package dev.driftline.threads;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.driftline.topics.FollowerThread;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.common.errors.WakeupException;
import org.junit.jupiter.api.Test;

class LastingThreadTest {

    private static final Duration END = Duration.ofSeconds(10);

    @Test
    void shouldGoOnWhenTheWorkThrowsWhateverItIs() {
        List<Throwable> thrown = List.of(
                new OutOfMemoryError("for a moment"),
                new StackOverflowError(),
                new NoClassDefFoundError("gone"),
                new IllegalStateException("wrong"));
        List<Throwable> told = new CopyOnWriteArrayList<>();
        AtomicInteger done = new AtomicInteger();
        LastingThread[] thread = new LastingThread[1];
        thread[0] = new LastingThread(
                "test",
                () -> {
                    int time = done.getAndIncrement();
                    if (time >= thrown.size()) {
                        thread[0].pause(Duration.ofMillis(1));
                    } else if (thrown.get(time) instanceof Error error) {
                        throw error;
                    } else {
                        throw (RuntimeException) thrown.get(time);
                    }
                },
                failure -> {
                    told.add(failure);
                    // As a log would with a full heap.
                    throw new OutOfMemoryError();
                },
                Duration.ZERO);
        thread[0].start();

        await().atMost(END).until(() -> done.get() > 10);
        assertThat(told).containsExactlyElementsOf(thrown);
        thread[0].stop();
        thread[0].join(END);
        assertThat(thread[0].isAlive()).isFalse();
    }

    @Test
    void shouldEndAtOnceWhenItIsInterrupted() {
        CountDownLatch working = new CountDownLatch(1);
        LastingThread thread = new LastingThread(
                "test",
                () -> {
                    working.countDown();
                    Thread.sleep(Duration.ofHours(1).toMillis());
                },
                failure -> {},
                Duration.ZERO);
        thread.start();
        await().atMost(END).until(() -> working.getCount() == 0);

        thread.interrupt();
        thread.join(END);

        assertThat(thread.isAlive()).isFalse();
        assertThat(thread.isStopped()).isTrue();
    }

    @Test
    void shouldTickOnAfterAnError() {
        AtomicInteger ticks = new AtomicInteger();
        LastingThread thread = LastingThread.ticking("test", Duration.ofMillis(1), () -> {
            if (ticks.incrementAndGet() == 2) {
                throw new OutOfMemoryError("for a moment");
            }
        });
        thread.start();

        await().atMost(END).until(() -> ticks.get() > 5);
        thread.interrupt();
        thread.join(END);
        assertThat(thread.isAlive()).isFalse();
    }

    @Test
    void shouldFollowWithAnotherReaderWhenOneFailedByAnError() {
        AtomicInteger opened = new AtomicInteger();
        AtomicInteger closed = new AtomicInteger();
        CountDownLatch followed = new CountDownLatch(1);
        List<Throwable> told = new CopyOnWriteArrayList<>();
        class Reader implements FollowerThread.Reader {
            private final CountDownLatch woken = new CountDownLatch(1);

            @Override
            public void wakeup() {
                woken.countDown();
            }

            void read() {
                try {
                    woken.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
                throw new WakeupException();
            }

            @Override
            public void close() {
                closed.incrementAndGet();
            }
        }
        try (FollowerThread<Reader> thread = new FollowerThread<>(
                "test",
                Reader::new,
                reader -> {
                    if (opened.incrementAndGet() == 1) {
                        throw new OutOfMemoryError("a snapshot that did not fit for a moment");
                    }
                    followed.countDown();
                    reader.read();
                },
                told::add)) {
            thread.start();
            await().atMost(END).until(() -> followed.getCount() == 0);
        }

        assertThat(told).hasSize(1).first().isInstanceOf(OutOfMemoryError.class);
        assertThat(opened).hasValue(2);
        assertThat(closed).hasValue(2);
    }
}
