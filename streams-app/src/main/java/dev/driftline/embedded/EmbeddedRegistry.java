package dev.driftline.embedded;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A Schema Registry (Apicurio, with its Confluent API) in a JVM of its own on a free loopback port. It is in memory, and its
 * compatibility level is BACKWARD. Starts in about ten seconds. It ends with this JVM, however that ends. Close it once.
 *
 * <p>It runs in a JVM of its own, because it is a Quarkus application whose libraries must not mix with those of Driftline.
 */
public final class EmbeddedRegistry implements AutoCloseable {

    /** System property that names the folder of the unpacked registry. */
    public static final String HOME_PROPERTY = "driftline.registry.home";

    private static final String API = "/apis/ccompat/v7";
    static final String MAIN_CLASS = "io.quarkus.runner.GeneratedMain";
    private static final Duration START_TIMEOUT = Duration.ofSeconds(90);
    private static final long POLL_MS = 100;
    private static final int ATTEMPTS = 3;

    private final ChildJvm child;
    private final String url;

    private EmbeddedRegistry(ChildJvm child, String url) {
        this.child = child;
        this.url = url;
    }

    /**
     * Starts a registry and waits until it answers.
     *
     * @param directory gets its log, {@code registry.log}
     * @throws IllegalStateException if the registry is not unpacked, or does not start; the message says what to do
     */
    public static EmbeddedRegistry start(Path directory) {
        return start(home(), directory);
    }

    /** As {@link #start(Path)}, unpacked in {@code home}. */
    static EmbeddedRegistry start(Path home, Path directory) {
        Path runner = runner(home);
        for (int attempt = 1; ; attempt++) {
            int port = FreePorts.one();
            ChildJvm child = ChildJvm.start(
                    List.of(runner.toString()),
                    options(port),
                    MAIN_CLASS,
                    List.of(),
                    directory.resolve("registry.log"));
            String url = url(port);
            try {
                prepare(child, url);
                return new EmbeddedRegistry(child, url);
            } catch (IllegalStateException e) {
                child.kill();
                if (attempt == ATTEMPTS) {
                    throw e;
                }
            }
        }
    }

    /** Options of the JVM of a registry that listens at {@code port}. */
    static List<String> options(int port) {
        return List.of(
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Dquarkus.http.host=" + SingleNode.HOST,
                "-Dquarkus.http.port=" + port,
                "-Dquarkus.log.level=WARN",
                "-Dquarkus.banner.enabled=false",
                "-Djava.util.logging.manager=org.jboss.logmanager.LogManager");
    }

    static String url(int port) {
        return "http://" + SingleNode.HOST + ":" + port + API;
    }

    /** The jar of the registry that was unpacked beside this code. */
    static Path runner() {
        return runner(home());
    }

    /** What {@code schema.registry.url} is to be set to. */
    public String url() {
        return url;
    }

    /** Stops the registry. Its schemas are lost. */
    @Override
    public void close() {
        child.close();
    }

    /** Waits until a registry answers, and makes BACKWARD its compatibility. */
    static void prepare(ChildJvm child, String url) {
        HttpClient http =
                HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();
        CountDownLatch pause = new CountDownLatch(1);
        long deadline = System.nanoTime() + START_TIMEOUT.toNanos();
        HttpRequest subjects = request(url + "/subjects").GET().build();
        HttpRequest backward = request(url + "/config")
                .header("Content-Type", "application/vnd.schemaregistry.v1+json")
                .PUT(HttpRequest.BodyPublishers.ofString("{\"compatibility\":\"BACKWARD\"}"))
                .build();
        try {
            while (status(http, subjects) != 200) {
                if (!child.isAlive()) {
                    throw new IllegalStateException("the schema registry ended during its start: " + child.logTail());
                }
                if (System.nanoTime() > deadline) {
                    throw new IllegalStateException(
                            "the schema registry does not answer at " + url + ": " + child.logTail());
                }
                pause.await(POLL_MS, TimeUnit.MILLISECONDS);
            }
            int status = status(http, backward);
            if (status != 200) {
                throw new IllegalStateException(
                        "the schema registry refused BACKWARD compatibility with status " + status);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for the schema registry", e);
        }
    }

    private static HttpRequest.Builder request(String address) {
        return HttpRequest.newBuilder(URI.create(address)).timeout(Duration.ofSeconds(10));
    }

    /** The status of the response, or 0 if there was none. */
    private static int status(HttpClient http, HttpRequest request) throws InterruptedException {
        try {
            return http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
        } catch (IOException notYet) {
            return 0;
        }
    }

    private static Path home() {
        String configured = System.getProperty(HOME_PROPERTY);
        if (configured != null) {
            return Path.of(configured);
        }
        // The code is in streams-app/target/classes, or in a jar in streams-app/target or in a lib folder beside
        // registry/.
        Path code = CodeSource.of(EmbeddedRegistry.class).toAbsolutePath();
        return Stream.iterate(Optional.ofNullable(code.getParent()), Optional::isPresent, up -> up.map(Path::getParent))
                .limit(3)
                .map(up -> up.orElseThrow().resolve("registry"))
                .filter(Files::isDirectory)
                .findFirst()
                .orElse(code.resolveSibling("registry"));
    }

    private static Path runner(Path home) {
        try (Stream<Path> files = Files.isDirectory(home) ? Files.list(home) : Stream.empty()) {
            return files.filter(file -> file.getFileName().toString().endsWith("-runner.jar"))
                    .findFirst()
                    .orElseThrow(() -> new IllegalStateException("no schema registry in " + home
                            + ": build with `mvn package`, which unpacks it there, or set -D" + HOME_PROPERTY
                            + "=FOLDER to the folder of an unpacked apicurio-registry-app"));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot list " + home, e);
        }
    }
}
