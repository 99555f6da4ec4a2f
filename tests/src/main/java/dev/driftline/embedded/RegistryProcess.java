package dev.driftline.embedded;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A Schema Registry that can be killed and frozen and keeps its schemas, in a file: unlike {@link EmbeddedRegistry}. Not
 * thread-safe.
 */
public final class RegistryProcess implements AutoCloseable {

    private final Path directory;
    private final int port = FreePorts.one();
    private volatile ChildProcess child;
    private ChildJvm jvm;

    private RegistryProcess(Path directory) {
        this.directory = directory;
        jvm = launch();
        child = new ChildProcess(jvm);
    }

    /**
     * Starts a registry and waits until it answers.
     *
     * @param directory gets its data and its log {@code registry.log}
     */
    public static RegistryProcess start(Path directory) {
        RegistryProcess registry = new RegistryProcess(directory);
        registry.awaitAnswer();
        return registry;
    }

    private ChildJvm launch() {
        List<String> options = new ArrayList<>(EmbeddedRegistry.options(port));
        options.add("-DREGISTRY_DATASOURCE_URL=jdbc:h2:file:"
                + directory.resolve("schemas").toAbsolutePath() + ";WRITE_DELAY=0");
        return ChildJvm.start(
                List.of(EmbeddedRegistry.runner().toString()),
                options,
                EmbeddedRegistry.MAIN_CLASS,
                List.of(),
                directory.resolve("registry.log"));
    }

    /** Starts it again, if it has ended, at the same address. Does not wait for it. */
    public void start() {
        if (!child.isAlive()) {
            jvm = launch();
            child = new ChildProcess(jvm);
        }
    }

    /**
     * Waits until it answers.
     *
     * @throws IllegalStateException with the end of its log, if it does not
     */
    public void awaitAnswer() {
        EmbeddedRegistry.prepare(jvm, url());
    }

    /** What {@code schema.registry.url} is to be set to. */
    public String url() {
        return EmbeddedRegistry.url(port);
    }

    /** The process of this life. */
    public ChildProcess process() {
        return child;
    }

    /** Stops it; its schemas stay. */
    @Override
    public void close() {
        child.close();
    }
}
