package dev.driftline.demo;

import dev.driftline.codec.FolderTree;
import dev.driftline.embedded.EmbeddedBroker;
import dev.driftline.embedded.EmbeddedRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A broker and a registry on free loopback ports, their files in a temporary folder that goes with them. */
final class DemoCluster implements AutoCloseable {

    private static final long STOP_SECONDS = 30;
    private static final long TICK_MILLIS = 250;

    private final Path folder;
    private final EmbeddedBroker broker;
    private final EmbeddedRegistry registry;

    private DemoCluster(Path folder, EmbeddedBroker broker, EmbeddedRegistry registry) {
        this.folder = folder;
        this.broker = broker;
        this.registry = registry;
    }

    /**
     * Starts both at the same time and waits for them: about ten seconds.
     *
     * @param progress told how it goes, also from other threads
     * @throws IOException if one does not start; nothing is left running then
     * @throws InterruptedException if interrupted; nothing is left running then
     */
    static DemoCluster start(Progress progress) throws IOException, InterruptedException {
        Path folder = Files.createTempDirectory("driftline-demo-");
        CompletableFuture<EmbeddedBroker> broker = started(
                () -> {
                    EmbeddedBroker ready = EmbeddedBroker.start(folder.resolve("broker"));
                    progress.ready("Kafka broker at " + ready.bootstrapServers());
                    return ready;
                },
                "broker");
        CompletableFuture<EmbeddedRegistry> registry = started(
                () -> {
                    EmbeddedRegistry ready = EmbeddedRegistry.start(folder.resolve("registry"));
                    progress.ready("Schema registry at " + ready.url());
                    return ready;
                },
                "registry");
        boolean complete = false;
        try {
            awaitBoth(CompletableFuture.allOf(broker, registry), progress);
            DemoCluster cluster = new DemoCluster(folder, broker.get(), registry.get());
            complete = true;
            return cluster;
        } catch (ExecutionException e) {
            Throwable cause = Objects.requireNonNullElse(e.getCause(), e);
            throw new IOException(cause.getMessage(), cause);
        } finally {
            if (!complete) {
                // Starting is not interrupted half-way: what has started is stopped like any other.
                closeWhenStarted(broker);
                closeWhenStarted(registry);
                FolderTree.delete(folder);
            }
        }
    }

    /** Is told how the start goes. */
    interface Progress {
        /** Something has started. */
        void ready(String what);

        /** Not everything has, after that many seconds. */
        void waiting(long seconds);
    }

    private static void awaitBoth(CompletableFuture<Void> both, Progress progress)
            throws ExecutionException, InterruptedException {
        long started = System.nanoTime();
        while (!both.isDone()) {
            try {
                both.get(TICK_MILLIS, TimeUnit.MILLISECONDS);
            } catch (TimeoutException e) {
                progress.waiting(TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - started));
            }
        }
    }

    private interface Start<T> {
        T start();
    }

    private static <T> CompletableFuture<T> started(Start<T> start, String name) {
        CompletableFuture<T> future = new CompletableFuture<>();
        Thread thread = new Thread(
                () -> {
                    try {
                        future.complete(start.start());
                    } catch (RuntimeException | Error e) {
                        future.completeExceptionally(e);
                    }
                },
                "demo-start-" + name);
        thread.setDaemon(true);
        thread.start();
        return future;
    }

    private static void closeWhenStarted(CompletableFuture<? extends AutoCloseable> future) {
        boolean interrupted = Thread.interrupted();
        try {
            future.get(STOP_SECONDS, TimeUnit.SECONDS).close();
        } catch (InterruptedException e) {
            interrupted = true;
        } catch (TimeoutException | ExecutionException e) {
            // It never started, so there is nothing to stop.
        } catch (Exception e) {
            throw new IllegalStateException("could not stop what had been started: " + e.getMessage(), e);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    String bootstrapServers() {
        return broker.bootstrapServers();
    }

    String registryUrl() {
        return registry.url();
    }

    @Override
    public void close() throws IOException {
        try {
            try {
                broker.close();
            } finally {
                registry.close();
            }
        } finally {
            FolderTree.delete(folder);
        }
    }
}
