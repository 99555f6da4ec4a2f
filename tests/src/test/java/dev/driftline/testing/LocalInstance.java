package dev.driftline.testing;

import static org.awaitility.Awaitility.await;

import dev.driftline.config.DriftlineConfig;
import dev.driftline.service.DriftlineService;
import java.time.Duration;
import java.util.Optional;
import org.apache.kafka.streams.KafkaStreams;

/** An instance of the service in this JVM. */
public final class LocalInstance implements AutoCloseable {

    private final DriftlineService service;

    LocalInstance(DriftlineConfig config) {
        service = new DriftlineService(config);
    }

    void start() {
        service.start();
    }

    /** Waits until it has its tasks and has restored them. */
    public LocalInstance awaitRunning() {
        await("an instance that runs")
                .atMost(Duration.ofSeconds(60))
                .until(() -> service.state().equals(Optional.of(KafkaStreams.State.RUNNING)));
        return this;
    }

    /** The service. */
    public DriftlineService service() {
        return service;
    }

    /** Stops it in an orderly way. */
    @Override
    public void close() {
        service.close();
    }
}
