package dev.driftline.testing;

import dev.driftline.codec.FolderTree;
import dev.driftline.embedded.BrokerProcess;
import dev.driftline.embedded.EmbeddedRegistry;
import dev.driftline.testing.junit.FoldersInMemory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A real broker and a real schema registry, each a process of its own, shared by every test class of this JVM. Tests keep
 * out of each other's way by names: see {@link #application}.
 */
public final class Cluster implements AutoCloseable {

    private final Path directory;
    private final BrokerProcess broker;
    private final EmbeddedRegistry registry;
    private final AtomicInteger applications = new AtomicInteger();

    private Cluster(Path directory, BrokerProcess broker, EmbeddedRegistry registry) {
        this.directory = directory;
        this.broker = broker;
        this.registry = registry;
    }

    static Cluster start() {
        Path directory;
        try {
            directory = FoldersInMemory.create();
        } catch (IOException e) {
            throw new UncheckedIOException("no folder for the cluster", e);
        }
        CompletableFuture<EmbeddedRegistry> registry =
                CompletableFuture.supplyAsync(() -> EmbeddedRegistry.start(directory.resolve("registry")));
        BrokerProcess broker = BrokerProcess.start(directory.resolve("broker"));
        try {
            return new Cluster(directory, broker, registry.join());
        } catch (CompletionException e) {
            broker.close();
            throw e.getCause() instanceof RuntimeException failure ? failure : e;
        }
    }

    /** Where the broker listens. */
    public String bootstrapServers() {
        return broker.bootstrapServers();
    }

    /** Where the registry answers. */
    public String registryUrl() {
        return registry.url();
    }

    /**
     * A service of its own: a fresh application id, fresh topics and registered schemas.
     *
     * @param name what it is for, in lower case letters; part of its names
     * @param settings Driftline settings, on top of some that make tests quick
     */
    public Application application(String name, Map<String, String> settings) {
        String unique = name + "-" + applications.incrementAndGet();
        return new Application(this, unique, directory.resolve(unique), settings);
    }

    @Override
    public void close() {
        registry.close();
        broker.close();
        deleteAll(directory);
    }

    static void deleteAll(Path folder) {
        try {
            FolderTree.delete(folder);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot delete " + folder, e);
        }
    }
}
