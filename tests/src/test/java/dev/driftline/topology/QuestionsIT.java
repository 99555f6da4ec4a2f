package dev.driftline.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.driftline.export.ArpaExport;
import dev.driftline.export.ExportOptions;
import dev.driftline.pages.HeapPageStore;
import dev.driftline.schemas.Document;
import dev.driftline.schemas.Score;
import dev.driftline.scoring.DocumentTokens;
import dev.driftline.scoring.LocalModel;
import dev.driftline.scoring.ModelSettings;
import dev.driftline.serving.http.tls.TlsFiles;
import dev.driftline.testing.Application;
import dev.driftline.testing.ChildInstance;
import dev.driftline.testing.Cluster;
import dev.driftline.testing.CommandLine;
import dev.driftline.testing.DriftlineProcess.Result;
import dev.driftline.testing.NgramCensus;
import dev.driftline.testing.SmallDocuments;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.utils.Utils;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Three running instances, each of which answers for the whole model; also while one of them goes. */
@Order(1)
class QuestionsIT {

    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final String READ = "read-0123456789abcdef";
    private static final String PASSWORD = "changeit";
    private static final String OPERATE = "operate-0123456789abcdef";

    private static final Map<String, String> SETTINGS = Map.of(
            "shards",
            "4",
            "partitions",
            "4",
            "model.order",
            "3",
            "stream.threads",
            "1",
            "neural.model",
            "none",
            "http.read.token",
            READ,
            "http.operate.token",
            OPERATE);

    private final ObjectMapper json = new ObjectMapper();
    private HttpClient client;

    @TempDir
    private Path folder;

    @Test
    void shouldAnswerAlikeWhicheverInstanceIsAskedAndNeverFromHalfOfTheModel(Cluster cluster) throws Exception {
        Path certificate = folder.resolve("instances.pem");
        Map<String, String> settings = new HashMap<>(SETTINGS);
        settings.putAll(tls(certificate));
        client = HttpClient.newBuilder()
                .sslContext(TlsFiles.trustingOnly(certificate))
                .build();
        try (Application application = cluster.application("questions", settings);
                ChildInstance one = application.spawn("one");
                ChildInstance two = application.spawn("two");
                ChildInstance three = application.spawn("three")) {
            List<String> addresses = List.of(one.address(), two.address(), three.address());
            List<Document> documents = new SmallDocuments(6).next(200);
            application.publish(documents);
            application.scores().awaitSize(documents.size(), PATIENCE);
            // Before the last of them has a shard, shards may yet go to it, and nobody answers for one that moves.
            await("every shard to have an owner, and every instance a shard")
                    .atMost(PATIENCE)
                    .ignoreExceptions()
                    .until(() -> owners(addresses.get(0)).size() == 3
                            && owners(addresses.get(1)).size() == 3
                            && owners(addresses.get(2)).size() == 3);

            assertCounts(addresses, documents);
            assertAlike(addresses);
            assertPredictsWhatAScoreSays(addresses.get(1), documents);
            assertScoresAsTheStream(application, addresses, documents.get(0));
            assertOnlyWithAToken(addresses.get(0));
            assertCommands(addresses, certificate);
            assertExports(addresses.get(2), certificate, documents);
            assertNeverWrongWhile(three, addresses, documents);
        }
    }

    /** A certificate that all three show, and trust since it is their own. */
    private Map<String, String> tls(Path certificate) throws Exception {
        Path keystore = folder.resolve("instances.p12");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "driftline",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=driftline",
                        "-ext",
                        "SAN=ip:127.0.0.1",
                        "-storepass",
                        PASSWORD,
                        "-keystore",
                        keystore.toString())
                .redirectErrorStream(true)
                .start();
        assertThat(keytool.waitFor()).isZero();
        byte[] encoded = KeyStore.getInstance(keystore.toFile(), PASSWORD.toCharArray())
                .getCertificate("driftline")
                .getEncoded();
        Files.writeString(
                certificate,
                "-----BEGIN CERTIFICATE-----\n" + Base64.getMimeEncoder().encodeToString(encoded)
                        + "\n-----END CERTIFICATE-----\n");
        return Map.of("http.tls.keystore", keystore.toString(), "http.tls.keystore.password", PASSWORD);
    }

    /** Who has a shard; nobody while one shard has no owner. */
    private Set<String> owners(String address) throws Exception {
        Set<String> owners = new TreeSet<>();
        for (JsonNode shard : json.readTree(get(address + "/v1/status").body()).get("shards")) {
            if (shard.get("owner").isNull()) {
                return Set.of();
            }
            owners.add(shard.get("owner").asText());
        }
        return owners;
    }

    private void assertCounts(List<String> addresses, List<Document> documents) throws Exception {
        NgramCensus census = new NgramCensus(3);
        documents.forEach(document -> census.add(document.getSentences()));
        List<Map.Entry<String, Long>> asked = some(census);
        for (Map.Entry<String, Long> ngram : asked) {
            for (String address : addresses) {
                HttpResponse<String> answer = get(address + "/v1/counts?ngram=" + encoded(ngram.getKey()));
                assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
                assertThat(answer.body()).as("%s", ngram).contains("\"count\":" + ngram.getValue() + "}");
            }
        }
        JsonNode status = json.readTree(get(addresses.get(0) + "/v1/status").body());
        long tokens = 0;
        for (JsonNode shard : status.get("shards")) {
            tokens += shard.get("tokens").asLong();
            assertThat(shard.get("requests").asLong()).isPositive();
        }
        assertThat(tokens)
                .as("tokens counted by all shards together")
                .isEqualTo(documents.stream()
                        .flatMap(document -> document.getSentences().stream())
                        .mapToLong(sentence -> sentence.size() + 1)
                        .sum());
        assertThat(status.get("documents_scored").asLong()).isGreaterThanOrEqualTo(documents.size());
    }

    private static List<Map.Entry<String, Long>> some(NgramCensus census) {
        List<Map.Entry<String, Long>> some = new ArrayList<>();
        census.forEach((ngram, count) -> {
            if (some.size() < 40) {
                some.add(Map.entry(String.join(" ", ngram), count));
            }
        });
        return some;
    }

    private void assertAlike(List<String> addresses) throws Exception {
        Map<String, String> questions = new HashMap<>();
        questions.put("/v1/score", "{\"text\": \"w1 w2 w3 never\", \"source\": \"source-1\", \"alternatives\": 2}");
        questions.put("/v1/rank", "{\"candidates\": [\"w1 w2\", \"w2 w1\"], \"context\": \"w3\"}");
        questions.put("/v1/predict", "{\"context\": \"w1 w2\", \"k\": 5}");
        questions.put("/v1/generate", "{\"sentences\": 3, \"seed\": 7}");
        for (Map.Entry<String, String> question : questions.entrySet()) {
            Set<String> answers = new TreeSet<>();
            for (String address : addresses) {
                HttpResponse<String> answer = post(address + question.getKey(), question.getValue(), READ);
                assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
                answers.add(answer.body());
            }
            assertThat(answers).as("answers to %s", question).hasSize(1);
        }
        assertThat(get(addresses.get(0) + "/v1/counts?ngram=a+b+c+d").statusCode())
                .isEqualTo(422);
    }

    /** Four shards on three instances: each word listed is as probable as a score says, and no word of the documents is missing. */
    private void assertPredictsWhatAScoreSays(String address, List<Document> documents) throws Exception {
        JsonNode answer = json.readTree(post(
                        address + "/v1/predict",
                        "{\"context\": [\"w1\", \"w2\"], \"k\": 10, \"source\": \"source-1\"}",
                        READ)
                .body());
        assertThat(answer.get("next")).hasSize(10);
        double last = answer.at("/next/9/probability").asDouble();
        double sum = answer.at("/unknown/probability").asDouble()
                + answer.get("rest").asDouble();
        Map<String, Double> listed = new HashMap<>();
        for (JsonNode word : answer.get("next")) {
            listed.put(word.get("word").asText(), word.get("probability").asDouble());
            sum += word.get("probability").asDouble();
        }
        assertThat(sum).isCloseTo(1, within(1e-6));
        Set<String> words = new TreeSet<>(listed.keySet());
        documents.forEach(document -> document.getSentences().forEach(words::addAll));
        for (String word : words) {
            List<String> sentence = word.equals("</s>") ? List.of("w1", "w2") : List.of("w1", "w2", word);
            JsonNode scored = json.readTree(post(
                            address + "/v1/score",
                            json.writeValueAsString(Map.of("text", List.of(sentence), "source", "source-1")),
                            READ)
                    .body());
            double probability =
                    Math.pow(2, -scored.at("/tokens/2/bits/mixture").asDouble());
            if (listed.containsKey(word)) {
                assertThat(listed.get(word)).as(word).isCloseTo(probability, within(1e-6));
            } else {
                assertThat(probability).as(word).isLessThanOrEqualTo(last + 1e-6);
            }
        }
    }

    /** The next document of a source, not to be learned, costs what the question said that it would. */
    private void assertScoresAsTheStream(Application application, List<String> addresses, Document like)
            throws Exception {
        Document taught =
                Document.newBuilder(like).setId("taught").setSource("lonely").build();
        application.publish(List.of(taught));
        application.scores().awaitSize(201, PATIENCE);
        Document document = Document.newBuilder(taught)
                .setId(idInPartitionOf(taught.getId()))
                .setLearn(false)
                .build();
        String question =
                json.writeValueAsString(Map.of("text", document.getSentences(), "source", document.getSource()));
        JsonNode asked = json.readTree(
                post(addresses.get(1) + "/v1/score", question, READ).body());
        application.publish(List.of(document));
        Score score = application.scores().awaitSize(202, PATIENCE).values().stream()
                .filter(one -> one.getId().equals(document.getId()))
                .findFirst()
                .orElseThrow();
        assertThat(asked.get("source_known").asBoolean()).isTrue();
        assertThat(asked.get("tokens")).hasSize(score.getTokens());
        assertThat(asked.at("/models/mixture/bits_per_token").asDouble())
                .isCloseTo(score.getMixtureBitsPerToken(), within(1e-6));
        assertThat(asked.at("/models/kneser-ney-3/bits_per_token").asDouble())
                .isCloseTo(score.getNgramBitsPerToken(), within(1e-6));
    }

    /** What is known of a source is kept by partition, and these documents have their ids as keys. */
    private static String idInPartitionOf(String id) {
        int number = 0;
        while (partition("asked-" + number) != partition(id)) {
            number++;
        }
        return "asked-" + number;
    }

    private static int partition(String id) {
        return Utils.toPositive(Utils.murmur2(id.getBytes(StandardCharsets.UTF_8))) % 4;
    }

    private void assertOnlyWithAToken(String address) throws Exception {
        assertThat(client.send(
                                HttpRequest.newBuilder(URI.create(address + "/v1/status"))
                                        .build(),
                                HttpResponse.BodyHandlers.ofString())
                        .statusCode())
                .isEqualTo(401);
        assertThat(post(address + "/v1/snapshots/rollback", "", READ).statusCode())
                .isEqualTo(403);
        assertThat(post(address + "/v1/snapshots/rollback", "", OPERATE).statusCode())
                .as("no network here")
                .isEqualTo(404);
    }

    private static void assertCommands(List<String> addresses, Path trust) {
        Result counts = CommandLine.run(List.of(
                "counts",
                "--instance",
                addresses.get(1),
                "--trust",
                trust.toString(),
                "--token",
                READ,
                "w1",
                "--json"));
        assertThat(counts.exitCode()).as(counts.err()).isZero();
        assertThat(counts.out()).contains("\"count\":");
        Result generated = CommandLine.run(List.of(
                "generate",
                "--instance",
                addresses.get(0),
                "--trust",
                trust.toString(),
                "--token",
                READ,
                "--sentences",
                "2"));
        assertThat(generated.exitCode()).as(generated.err()).isZero();
        assertThat(generated.out().lines()).hasSize(2);
        Result refused =
                CommandLine.run(List.of("counts", "--instance", addresses.get(1), "--trust", trust.toString(), "w1"));
        assertThat(refused.exitCode()).isNotZero();
        assertThat(refused.err()).contains("--token");
    }

    /** What comes from all instances together is the model that learns the same documents in one process, to the byte. */
    private void assertExports(String address, Path trust, List<Document> documents) throws IOException {
        LocalModel model = new LocalModel(ModelSettings.ofOrder(3), 4, shard -> new HeapPageStore(), 8 << 20);
        for (Document document : documents) {
            model.score(DocumentTokens.of(document.getSentences()), true);
        }
        // It was taught once more, as another source's: assertScoresAsTheStream.
        model.score(DocumentTokens.of(documents.get(0).getSentences()), true);
        ByteArrayOutputStream expected = new ByteArrayOutputStream();
        ArpaExport.of(model, ExportOptions.ofOrder(3), (step, ngrams) -> {}).write(expected);
        Path file = folder.resolve("exported.arpa");

        await("every document to be committed").atMost(PATIENCE).untilAsserted(() -> {
            Result exported = CommandLine.run(List.of(
                    "export",
                    "arpa",
                    "--instance",
                    address,
                    "--trust",
                    trust.toString(),
                    "--token",
                    READ,
                    "--output",
                    file.toString(),
                    "--overwrite"));
            assertThat(exported.exitCode()).as(exported.err()).isZero();
            assertThat(Files.readString(file)).isEqualTo(expected.toString(StandardCharsets.UTF_8));
        });
    }

    /** One instance goes: until its shard is somewhere else, a question is answered as before or refused with 503. */
    private void assertNeverWrongWhile(ChildInstance going, List<String> addresses, List<Document> documents)
            throws Exception {
        NgramCensus census = new NgramCensus(3);
        documents.forEach(document -> census.add(document.getSentences()));
        List<Map.Entry<String, Long>> asked = some(census);
        CompletableFuture<Integer> stopping = CompletableFuture.supplyAsync(() -> going.interrupt(PATIENCE));
        Set<Integer> statuses = new TreeSet<>();
        await("the other two to have the whole model")
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(20))
                .until(() -> {
                    int answered = 0;
                    for (Map.Entry<String, Long> ngram : asked) {
                        HttpResponse<String> answer =
                                get(addresses.get(0) + "/v1/counts?ngram=" + encoded(ngram.getKey()));
                        statuses.add(answer.statusCode());
                        if (answer.statusCode() == 200) {
                            answered++;
                            assertThat(answer.body()).contains("\"count\":" + ngram.getValue() + "}");
                        } else {
                            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(503);
                            assertThat(answer.headers().firstValue("Retry-After"))
                                    .isPresent();
                        }
                    }
                    return stopping.isDone()
                            && answered == asked.size()
                            && !owners(addresses.get(0)).isEmpty();
                });
        assertThat(stopping.join()).as("exit code").isIn(0, 130);
        assertThat(statuses).isSubsetOf(200, 503);
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private HttpResponse<String> get(String address) throws IOException, InterruptedException {
        return client.send(
                HttpRequest.newBuilder(URI.create(address))
                        .timeout(PATIENCE)
                        .header("Authorization", "Bearer " + READ)
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private HttpResponse<String> post(String address, String body, String token)
            throws IOException, InterruptedException {
        return client.send(
                HttpRequest.newBuilder(URI.create(address))
                        .timeout(PATIENCE)
                        .header("Authorization", "Bearer " + token)
                        .POST(HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }
}
