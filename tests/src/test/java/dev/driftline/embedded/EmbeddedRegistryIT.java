package dev.driftline.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.File;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedRegistryIT {

    private static final String JSON = "application/vnd.schemaregistry.v1+json";

    private final HttpClient http = HttpClient.newHttpClient();

    @TempDir
    Path directory;

    @Test
    void shouldRefuseASchemaThatIsNotBackwardCompatible() throws Exception {
        String url;
        try (EmbeddedRegistry registry = EmbeddedRegistry.start(directory)) {
            url = registry.url();
            assertThat(url).startsWith("http://127.0.0.1:");
            assertThat(register(url, "{\"name\":\"a\",\"type\":\"string\"}")).isEqualTo(200);
            assertThat(register(
                            url,
                            "{\"name\":\"a\",\"type\":\"string\"},{\"name\":\"b\",\"type\":\"int\",\"default\":1}"))
                    .isEqualTo(200);
            assertThat(register(url, "{\"name\":\"c\",\"type\":\"string\"}")).isEqualTo(409);
        }
        // A client that knows the registry would try the connection that it has.
        assertThatThrownBy(() -> HttpClient.newHttpClient()
                        .send(
                                HttpRequest.newBuilder(URI.create(url + "/subjects"))
                                        .build(),
                                HttpResponse.BodyHandlers.discarding()))
                .isInstanceOf(ConnectException.class);
    }

    @Test
    void shouldSayWhatToDoWhenItIsNotUnpacked() {
        assertThatThrownBy(() -> EmbeddedRegistry.start(directory.resolve("nowhere"), directory))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("nowhere")
                .hasMessageContaining("mvn package");
    }

    @Test
    void shouldEndAChildWhenItsParentIsKilled() throws Exception {
        Path pidFile = directory.resolve("pid");
        Process parent = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        CodeSource.of(ParentBound.class)
                                + File.pathSeparator
                                + CodeSource.of(StartsAChild.class)
                                + File.pathSeparator
                                + System.getProperty("java.class.path"),
                        StartsAChild.class.getName(),
                        pidFile.toString())
                .inheritIO()
                .start();
        try {
            Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> Files.exists(pidFile));
            long child = Long.parseLong(Files.readString(pidFile));
            assertThat(ProcessHandle.of(child)).isPresent();

            parent.destroyForcibly();

            Awaitility.await()
                    .atMost(Duration.ofSeconds(30))
                    .until(() -> ProcessHandle.of(child).isEmpty());
        } finally {
            parent.destroyForcibly();
        }
    }

    /** A parent that starts a child which would run for ever, says the child's id, and does not end by itself. */
    static final class StartsAChild {

        private StartsAChild() {}

        public static void main(String[] arguments) throws Exception {
            Path pidFile = Path.of(arguments[0]);
            ChildJvm child = ChildJvm.start(
                    List.of(CodeSource.of(StartsAChild.class).toString()),
                    List.of(),
                    RunsForEver.class.getName(),
                    List.of(),
                    pidFile.resolveSibling("child.log"));
            Files.writeString(pidFile.resolveSibling("pid.part"), Long.toString(child.pid()));
            Files.move(pidFile.resolveSibling("pid.part"), pidFile);
            Thread.currentThread().join();
        }
    }

    /** A main method that does not return. */
    public static final class RunsForEver {

        private RunsForEver() {}

        public static void main(String[] arguments) throws InterruptedException {
            Thread.currentThread().join();
        }
    }

    private int register(String url, String fields) throws Exception {
        String schema = "{\"type\":\"record\",\"name\":\"R\",\"fields\":[" + fields + "]}";
        HttpRequest request = HttpRequest.newBuilder(URI.create(url + "/subjects/letters-value/versions"))
                .header("Content-Type", JSON)
                .POST(HttpRequest.BodyPublishers.ofString("{\"schema\":\"" + schema.replace("\"", "\\\"") + "\"}"))
                .build();
        return http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
    }
}
