package dev.driftline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.driftline.config.DriftlineConfig;
import dev.driftline.embedded.EmbeddedBroker;
import dev.driftline.embedded.EmbeddedRegistry;
import dev.driftline.schemas.Document;
import dev.driftline.schemas.SchemaRegistrySerdes;
import java.io.File;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code driftline run} as a process of its own, because only a process can be told to stop. */
class RunCommandIT {

    @TempDir
    Path directory;

    @Test
    void shouldScoreAndStopCleanlyWhenToldToStop() throws Exception {
        try (EmbeddedBroker broker = EmbeddedBroker.start(directory.resolve("broker"));
                EmbeddedRegistry registry = EmbeddedRegistry.start(directory.resolve("registry"))) {
            List<String> connection =
                    List.of("--bootstrap-servers", broker.bootstrapServers(), "--registry-url", registry.url());
            Path log = directory.resolve("run.log");
            Process service = start(log, connection);
            try {
                Awaitility.await()
                        .atMost(Duration.ofSeconds(60))
                        .until(() -> !service.isAlive() || Files.readString(log).contains("Ctrl-C stops it"));
                publish(broker.bootstrapServers(), registry.url());

                StringWriter scores = new StringWriter();
                List<String> follow = new ArrayList<>(
                        List.of("scores", "--json", "--from-beginning", "--limit", "1", "--timeout", "60"));
                follow.addAll(connection);
                int code = Driftline.execute(
                        new PrintWriter(scores, true),
                        new PrintWriter(new StringWriter()),
                        follow.toArray(String[]::new));
                assertThat(code).as(Files.readString(log)).isZero();
                assertThat(scores.toString()).contains("\"id\":\"d1\"");

                new ProcessBuilder("kill", "-TERM", Long.toString(service.pid()))
                        .start()
                        .waitFor();

                assertThat(service.waitFor(60, TimeUnit.SECONDS)).isTrue();
                assertThat(service.exitValue())
                        .as(
                                "as after SIGTERM; Ctrl-C takes the same way, but may be ignored where tests run in the background")
                        .isEqualTo(143);
                assertThat(Files.readString(log))
                        .contains("Stopping: committing what is done.", "model.order")
                        .doesNotContain("\tat ", "ERROR");
            } finally {
                service.destroyForcibly();
            }
        }
    }

    private Process start(Path log, List<String> connection) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-cp",
                System.getProperty("java.class.path"),
                Driftline.class.getName(),
                "run",
                "--create-topics",
                "--set",
                "state.dir=" + directory.resolve("state"),
                "--set",
                "model.order=3"));
        command.addAll(connection);
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(new File(log.toString()))
                .start();
    }

    private static void publish(String bootstrapServers, String registryUrl) throws Exception {
        Document document = Document.newBuilder()
                .setId("d1")
                .setSource("test")
                .setPublishedAt(Instant.EPOCH)
                .setSentences(List.of(List.of("students", "opened", "their", "books")))
                .build();
        DriftlineConfig config = DriftlineConfig.of(Map.of("bootstrap.servers", bootstrapServers));
        SchemaRegistrySerdes serdes = new SchemaRegistrySerdes(Map.of("schema.registry.url", registryUrl));
        try (KafkaProducer<String, Document> producer = new KafkaProducer<>(
                config.clients().producer(), new StringSerializer(), serdes.serializer(Document.class))) {
            producer.send(new ProducerRecord<>("driftline.documents.v1", "d1", document))
                    .get();
        }
    }
}
