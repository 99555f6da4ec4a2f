package dev.driftline.topology;

import static org.assertj.core.api.Assertions.assertThat;

import dev.driftline.embedded.BrokerProcess;
import dev.driftline.schemas.Document;
import dev.driftline.schemas.Score;
import dev.driftline.testing.Application;
import dev.driftline.testing.ChildInstance;
import dev.driftline.testing.Cluster;
import dev.driftline.testing.NgramCensus;
import dev.driftline.testing.RecordedTopic;
import dev.driftline.testing.SmallDocuments;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** An instance that is killed in the middle of work finds its stores again, and restores only what came after them. */
@Execution(ExecutionMode.CONCURRENT)
@Order(1)
class KeptStateIT {

    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final int ORDER = 5;
    private static final int WAVE = 3_000;
    private static final int KILLS = 3;
    private static final Pattern COUNTS =
            Pattern.compile("Restoring ngram-counts partition 0: (\\d+) records from offset (\\d+) on");

    @Test
    void shouldWipeNothingAndRestoreTheRestWhenKilledInTheMiddleOfWork(Cluster cluster) {
        try (Application application = cluster.application(
                "kept",
                Map.of(
                        "shards", "1",
                        "partitions", "1",
                        "model.order", Integer.toString(ORDER),
                        "commit.interval.ms", "100",
                        // Buffers of 1 MiB, which reach the disk often, as those of a large state do.
                        "rocksdb.block.cache.bytes", "16MiB",
                        "rocksdb.write.buffer.bytes", "4MiB"))) {
            SmallDocuments stream = new SmallDocuments(9);
            List<Document> published = new ArrayList<>();
            RecordedTopic<Score> scores = application.scores();
            Map<Path, String> stores = Map.of();
            for (int kill = 0; kill <= KILLS; kill++) {
                ChildInstance instance = application.spawn("one");
                if (kill > 0) {
                    instance.awaitLog("RUNNING (was REBALANCING)");
                    assertThat(identities(application))
                            .as("stores that a kill left")
                            .isEqualTo(stores);
                    Matcher counts = COUNTS.matcher(instance.log());
                    assertThat(counts.find()).as("restored: " + instance.log()).isTrue();
                    long kept = Long.parseLong(counts.group(2));
                    if (kill == KILLS) {
                        // Before, the write buffers may hold all that there is.
                        assertThat(Long.parseLong(counts.group(1)))
                                .as("records restored, with " + kept + " kept")
                                .isLessThan(kept);
                    }
                }
                if (kill < KILLS) {
                    do {
                        instance.thaw();
                        int before = scores.size();
                        List<Document> wave = stream.next(WAVE);
                        application.publish(wave);
                        published.addAll(wave);
                        scores.awaitSize(before + WAVE / 2, PATIENCE);
                        instance.freeze();
                        // One that was done before it could be stopped gets more to do.
                    } while (scores.records().size() == published.size());
                    stores = identities(application);
                    instance.kill();
                } else {
                    List<Document> wave = stream.next(WAVE);
                    application.publish(wave);
                    published.addAll(wave);
                    scores.awaitSize(published.size(), PATIENCE);
                    instance.close();
                }
            }

            assertThat(scores.values())
                    .extracting(Score::getId)
                    .as("every document is scored exactly once")
                    .containsExactlyInAnyOrderElementsOf(
                            published.stream().map(Document::getId).toList());
            NgramCensus census = new NgramCensus(ORDER);
            published.forEach(document -> census.add(document.getSentences()));
            application.changelogCounts().assertEqual(census);
        }
    }

    /** What the brokers did not take is done again, by the same stores. */
    @Test
    void shouldWipeNothingWhenTheBrokersDoNotTakeATransactionInTime(Cluster cluster, @TempDir Path folder) {
        try (BrokerProcess broker = BrokerProcess.start(folder);
                Application application = cluster.application(
                        "late",
                        Map.of(
                                "bootstrap.servers", broker.bootstrapServers(),
                                "shards", "1",
                                "partitions", "1",
                                "model.order", Integer.toString(ORDER),
                                "commit.interval.ms", "100",
                                "producer.max.block.ms", "2000",
                                "producer.request.timeout.ms", "1000",
                                "producer.delivery.timeout.ms", "2000"))) {
            List<Document> documents = new SmallDocuments(10).next(4 * WAVE);
            RecordedTopic<Score> scores = application.scores();
            application.publish(documents);
            ChildInstance instance = application.spawn("one");
            scores.awaitSize(1, PATIENCE);
            Map<Path, String> stores = identities(application);
            broker.freeze();
            instance.awaitLog("did not take a transaction in time");
            broker.thaw();
            scores.awaitSize(documents.size(), PATIENCE);

            assertThat(identities(application)).isEqualTo(stores);
            instance.close();
            assertThat(scores.values())
                    .extracting(Score::getId)
                    .as("every document is scored exactly once")
                    .containsExactlyInAnyOrderElementsOf(
                            documents.stream().map(Document::getId).toList());
        }
    }

    /** What RocksDB calls each store, a new name for each that is made. */
    private static Map<Path, String> identities(Application application) {
        try (Stream<Path> files = Files.walk(application.stateDirectory("one"))) {
            return files.filter(file -> file.endsWith("IDENTITY"))
                    .collect(Collectors.toMap(file -> file, KeptStateIT::read));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
