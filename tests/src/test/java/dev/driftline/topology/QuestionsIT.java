package dev.driftline.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.driftline.schemas.Document;
import dev.driftline.testing.Application;
import dev.driftline.testing.ChildInstance;
import dev.driftline.testing.Cluster;
import dev.driftline.testing.ClusterExtension;
import dev.driftline.testing.DriftlineProcess;
import dev.driftline.testing.NgramCensus;
import dev.driftline.testing.SmallDocuments;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A running instance answers for the whole model, also for the shards that another one has. */
@ExtendWith(ClusterExtension.class)
class QuestionsIT {

    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private final HttpClient client = HttpClient.newHttpClient();

    @Test
    void shouldAnswerAlikeWhicheverInstanceIsAsked(Cluster cluster) throws Exception {
        try (Application application = cluster.application(
                        "questions",
                        Map.of("shards", "2", "partitions", "2", "model.order", "3", "stream.threads", "1"));
                ChildInstance one = application.spawn("one");
                ChildInstance two = application.spawn("two")) {
            List<String> addresses = List.of(one.address(), two.address());
            List<Document> documents = new SmallDocuments(6).next(200);
            application.publish(documents);
            application.scores().awaitSize(documents.size(), PATIENCE);
            NgramCensus census = new NgramCensus(3);
            documents.forEach(document -> census.add(document.getSentences()));
            await("each instance has a shard")
                    .atMost(PATIENCE)
                    .ignoreExceptions()
                    .until(() -> get(addresses.get(0) + "/v1/status").body().contains("\"shards\":[")
                            && !get(addresses.get(0) + "/v1/status").body().contains("\"shards\":[0,1]")
                            && get(addresses.get(1) + "/v1/counts?ngram=the").statusCode() == 200);

            List<String> asked = new ArrayList<>();
            census.forEach((ngram, count) -> {
                if (asked.size() < 60) {
                    asked.add(String.join(" ", ngram));
                    for (String address : addresses) {
                        HttpResponse<String> answer = get(address + "/v1/counts?ngram="
                                + URLEncoder.encode(String.join(" ", ngram), StandardCharsets.UTF_8));
                        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
                        assertThat(answer.body()).as("%s", ngram).contains("\"count\":" + count + "}");
                    }
                }
            });
            String next = "/v1/next?k=5&context=" + asked.get(0).split(" ")[0];
            assertThat(get(addresses.get(0) + next).body())
                    .isEqualTo(get(addresses.get(1) + next).body());
            String text = "/v1/generate?sentences=3&seed=7";
            assertThat(get(addresses.get(0) + text).body())
                    .isEqualTo(get(addresses.get(1) + text).body());
            assertThat(get(addresses.get(0) + "/v1/counts?ngram=a+b+c+d").statusCode())
                    .isEqualTo(400);
            assertThat(get(addresses.get(0) + "/v1/next?k=none").statusCode()).isEqualTo(400);

            DriftlineProcess.Result counts = DriftlineProcess.run(
                    PATIENCE, List.of("counts", "--instance", addresses.get(1), asked.get(0), "--json"));
            assertThat(counts.exitCode()).as(counts.err()).isZero();
            assertThat(counts.out()).contains("\"count\":");
            DriftlineProcess.Result generated = DriftlineProcess.run(
                    PATIENCE, List.of("generate", "--instance", addresses.get(0), "--sentences", "2"));
            assertThat(generated.exitCode()).as(generated.err()).isZero();
            assertThat(generated.out().lines()).hasSize(2);
        }
    }

    private HttpResponse<String> get(String address) {
        try {
            return client.send(
                    HttpRequest.newBuilder(URI.create(address))
                            .timeout(PATIENCE)
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new IllegalStateException("no answer from " + address, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
