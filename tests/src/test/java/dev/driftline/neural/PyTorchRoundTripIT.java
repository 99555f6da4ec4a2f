package dev.driftline.neural;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.driftline.neural.snapshot.Snapshot;
import dev.driftline.neural.snapshot.SnapshotFolder;
import dev.driftline.schemas.Decision;
import dev.driftline.schemas.Document;
import dev.driftline.schemas.PromotionDecision;
import dev.driftline.testing.Application;
import dev.driftline.testing.Cluster;
import dev.driftline.testing.CommandLine;
import dev.driftline.testing.DriftlineProcess.Result;
import dev.driftline.testing.LocalInstance;
import dev.driftline.testing.RecordedTopic;
import dev.driftline.topics.Topic;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** A word model trained in PyTorch comes in, is fine-tuned on a stream, and goes back. */
class PyTorchRoundTripIT {

    private static final Duration PATIENCE = Duration.ofSeconds(90);

    private static final Map<String, String> SETTINGS = Map.ofEntries(
            Map.entry("shards", "1"),
            Map.entry("partitions", "1"),
            Map.entry("model.order", "2"),
            Map.entry("neural.model", "lstm"),
            Map.entry("neural.scoring.policy", "wait"),
            Map.entry("neural.train.tokens", "3000"),
            Map.entry("neural.train.seconds", "0"),
            Map.entry("neural.train.passes", "4"),
            Map.entry("neural.train.streams", "4"),
            Map.entry("neural.train.newest.tokens", "20000"),
            Map.entry("neural.train.reservoir.tokens", "20000"),
            Map.entry("neural.promotion.hold.out.tokens", "1000"),
            Map.entry("neural.promotion.margin", "0.001"),
            Map.entry("neural.promotion.standard.errors", "0"));

    @Test
    void shouldFineTuneWhatPyTorchTrainedAndGiveItBack(Cluster cluster) throws Exception {
        PyTorch.assumeInstalled();
        try (Application application = cluster.application("pytorch", SETTINGS)) {
            Path folder = application.directory();
            Files.createDirectories(folder);
            PyTorch.wordModels("make", folder.toString());
            RecordedTopic<PromotionDecision> promotions =
                    application.recorded(Topic.PROMOTIONS, PromotionDecision.class);

            String said = snapshots(
                    application,
                    "import",
                    folder.resolve("lstm-tied.safetensors").toString(),
                    "--vocabulary",
                    folder.resolve("lstm-tied.words.json").toString(),
                    "--activate");
            assertThat(said).contains("'<eos>'", "imported 000001-");
            LocalInstance instance = application.start("one").awaitRunning();
            String imported = instance.service()
                    .activeSnapshot()
                    .get()
                    .map(Snapshot::version)
                    .orElseThrow();
            assertThat(imported).startsWith("000001-");

            application.publish(documents(120));
            assertThat(application
                            .scores()
                            .awaitSize(1, PATIENCE)
                            .values()
                            .get(0)
                            .getSnapshotVersion())
                    .isEqualTo(imported);
            promotions.awaitSize(2, PATIENCE);
            PromotionDecision tuned = promotions.values().get(1);
            assertThat(tuned.getDecision()).as(tuned.toString()).isEqualTo(Decision.PROMOTED);
            assertThat(tuned.getParent()).isEqualTo(imported);
            assertThat(tuned.getMeanDifference()).isPositive();

            await().atMost(PATIENCE)
                    .until(() -> instance.service()
                            .snapshots()
                            .orElseThrow()
                            .snapshot(tuned.getCandidate())
                            .isPresent());
            Path exported = folder.resolve("exported");
            snapshots(application, "export", tuned.getCandidate(), exported.toString());
            assertThat(SnapshotFolder.read(exported).manifest().parent()).isEqualTo(imported);
            assertThat(PyTorch.loadSnapshot(exported.toString(), "the", "cat"))
                    .startsWith(tuned.getCandidate() + " lstm");
            assertThat(snapshots(application, "rollback", imported)).contains("active: " + imported);
            await().atMost(PATIENCE)
                    .until(() -> instance.service()
                            .activeSnapshot()
                            .get()
                            .filter(active -> active.version().equals(imported))
                            .isPresent());
        }
    }

    private static String snapshots(Application application, String... arguments) {
        List<String> all = new ArrayList<>(List.of("snapshots"));
        all.addAll(List.of(arguments));
        application.settings().forEach((key, value) -> all.addAll(List.of("--set", key + "=" + value)));
        Result result = CommandLine.run(all);
        assertThat(result.exitCode()).as(result.err()).isZero();
        return result.out();
    }

    /** Sentences of words that the model knows, in an order of their own. */
    private static List<Document> documents(int count) {
        List<List<String>> sentences = List.of(
                List.of("the", "dog", "sang", "to", "the", "cat"),
                List.of("no", "bird", "ran"),
                List.of("did", "a", "cat", "hear", "that"),
                List.of("it", "saw", "the", "bird", "and", "a", "dog"));
        Random random = new Random(5);
        List<Document> documents = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            List<List<String>> chosen = new ArrayList<>();
            for (int s = 0; s < 10; s++) {
                chosen.add(sentences.get(random.nextInt(sentences.size())));
            }
            documents.add(Document.newBuilder()
                    .setId("d" + i)
                    .setSource("farm")
                    .setPublishedAt(Instant.EPOCH)
                    .setSentences(chosen)
                    .build());
        }
        return documents;
    }
}
