package dev.driftline.training;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.driftline.schemas.Decision;
import dev.driftline.schemas.Document;
import dev.driftline.schemas.Encoding;
import dev.driftline.schemas.Prediction;
import dev.driftline.schemas.PromotionDecision;
import dev.driftline.schemas.Score;
import dev.driftline.testing.Application;
import dev.driftline.testing.Brown;
import dev.driftline.testing.ChildInstance;
import dev.driftline.testing.Cluster;
import dev.driftline.testing.CommandLine;
import dev.driftline.testing.DriftlineProcess.Result;
import dev.driftline.testing.RecordedTopic;
import dev.driftline.topics.Topic;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A service with a network, from the first snapshot on: scores, vectors, predictions, text, and the operator's commands. */
class NetworkIT {

    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final int BEFORE = 10;
    private static final int AFTER = 10;

    private static final Map<String, String> SETTINGS = Map.ofEntries(
            Map.entry("shards", "1"),
            Map.entry("partitions", "1"),
            Map.entry("stream.threads", "1"),
            Map.entry("commit.interval.ms", "100"),
            Map.entry("model.order", "3"),
            Map.entry("neural.model", "lstm"),
            Map.entry("neural.size", "16"),
            Map.entry("neural.vocabulary", "1000"),
            Map.entry("neural.cutoffs", "200"),
            Map.entry("neural.encodings", "mean"),
            Map.entry("neural.scoring.policy", "wait"),
            Map.entry("neural.train.bootstrap.tokens", "10000"),
            Map.entry("neural.train.bootstrap.passes", "1"),
            // No second round: the snapshots of this test are its own.
            Map.entry("neural.train.tokens", "1000000"),
            Map.entry("neural.train.newest.tokens", "2000000"),
            Map.entry("neural.train.seconds", "0"));

    private final HttpClient client = HttpClient.newHttpClient();
    private final ObjectMapper json = new ObjectMapper();

    @Test
    void shouldScoreAndAnswerWithTheNetworkWhenThereIsASnapshot(Cluster cluster) throws Exception {
        List<Document> documents = Brown.documents(BEFORE + AFTER);
        try (Application application = cluster.application("network", SETTINGS);
                ChildInstance instance = application.spawn("one")) {
            String address = instance.address();
            assertThat(get(address + "/v1/encode?text=the+jury").statusCode())
                    .as("before the first snapshot")
                    .isEqualTo(503);
            application.publish(documents.subList(0, BEFORE));
            RecordedTopic<PromotionDecision> promotions =
                    application.recorded(Topic.PROMOTIONS, PromotionDecision.class);
            promotions.awaitSize(1, PATIENCE);
            PromotionDecision first = promotions.values().get(0);
            assertThat(first.getDecision()).isEqualTo(Decision.BOOTSTRAPPED);
            instance.awaitLog("Scoring with snapshot " + first.getCandidate());
            application.publish(documents.subList(BEFORE, BEFORE + AFTER));

            List<Score> scores =
                    application.scores().awaitSize(documents.size(), PATIENCE).values();
            assertScored(scores, first.getCandidate());
            assertVectors(application, first.getCandidate());
            assertPredicted(application.predictions().values());
            assertAnswers(address, first.getCandidate());
            assertExported(application, first.getCandidate());
        }
    }

    private static void assertScored(List<Score> scores, String version) {
        assertThat(scores.subList(BEFORE, BEFORE + AFTER)).allSatisfy(score -> {
            assertThat(score.getSnapshotVersion()).isEqualTo(version);
            assertThat(score.getNeuralStatus()).isEqualTo("scored");
            assertThat(score.getNeuralBitsPerToken()).isBetween(4.0, 14.0);
            assertThat(score.getMixtureWeights()).containsKey("lstm");
            assertThat(score.getMixtureWeights().values().stream()
                            .mapToDouble(Double::doubleValue)
                            .sum())
                    .isBetween(0.999, 1.001);
        });
        Score early = scores.get(0);
        assertThat(early.getNeuralStatus()).isEqualTo("no-snapshot");
        assertThat(early.getSnapshotVersion()).isNull();
        assertThat(early.getNeuralBitsPerToken()).isNull();
    }

    private static void assertVectors(Application application, String version) {
        List<Encoding> vectors = application
                .recorded(Topic.ENCODINGS, Encoding.class)
                .awaitSize(AFTER, PATIENCE)
                .values();
        assertThat(vectors).allSatisfy(encoding -> {
            assertThat(encoding.getSnapshotVersion()).isEqualTo(version);
            assertThat(encoding.getVector()).hasSize(16);
        });
    }

    private static void assertPredicted(List<Prediction> predictions) {
        assertThat(predictions.get(BEFORE + AFTER - 1).getModels())
                .extracting(model -> model.getModel())
                .contains("lstm", "mixture");
    }

    private void assertAnswers(String address, String version) throws Exception {
        JsonNode encoded = json.readTree(
                get(address + "/v1/encode?text=the+jury+said&pooling=last").body());
        assertThat(encoded.get("snapshot_version").asText()).isEqualTo(version);
        assertThat(encoded.get("vector")).hasSize(16);
        for (String model : List.of("network", "mixture")) {
            JsonNode text = json.readTree(get(address + "/v1/generate?model=" + model + "&sentences=2&seed=3")
                    .body());
            assertThat(text.get("sentences")).as("%s", text).hasSize(2);
            JsonNode next = json.readTree(
                    get(address + "/v1/next?model=" + model + "&context=of&k=5").body());
            assertThat(next.get("next")).as("%s", next).hasSize(5);
        }
        JsonNode beam = json.readTree(get(address
                        + "/v1/generate?model=network&beam=20&sentences=1&words=6&must=the&must_not=of&max_repeats=1")
                .body());
        List<String> words = new ArrayList<>();
        beam.get("sentences").get(0).forEach(word -> words.add(word.asText()));
        assertThat(words).contains("the").doesNotContain("of").doesNotHaveDuplicates();
        assertThat(beam.get("bits").get(0).asDouble()).isPositive();
        assertThat(get(address + "/v1/generate?model=oracle").statusCode()).isEqualTo(422);
        assertThat(get(address + "/v1/generate?must=the").statusCode()).isEqualTo(422);
    }

    /** What the service learned is taken out of it, and writes by itself. */
    private static void assertExported(Application application, String version) {
        String folder = application.directory().resolve("exported").toString();
        Result exported = snapshots(application, "export", version, folder);
        assertThat(exported.exitCode()).as(exported.err()).isZero();
        Result written = CommandLine.run(List.of("generate", "--snapshot", folder, "--sentences", "2"));
        assertThat(written.exitCode()).as(written.err()).isZero();
        assertThat(written.out().lines()).hasSize(2);
    }

    private static Result snapshots(Application application, String... arguments) {
        List<String> line = new ArrayList<>(List.of("snapshots"));
        line.addAll(List.of(arguments));
        application.settings().forEach((key, value) -> line.addAll(List.of("--set", key + "=" + value)));
        return CommandLine.run(line);
    }

    private HttpResponse<String> get(String address) throws IOException, InterruptedException {
        return client.send(
                HttpRequest.newBuilder(URI.create(address)).timeout(PATIENCE).build(),
                HttpResponse.BodyHandlers.ofString());
    }
}
