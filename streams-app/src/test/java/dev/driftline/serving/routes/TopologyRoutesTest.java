package dev.driftline.serving.routes;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.driftline.config.DriftlineConfig;
import dev.driftline.serving.http.HttpEndpoint;
import dev.driftline.serving.http.HttpSettings;
import dev.driftline.serving.http.ProblemResponses;
import dev.driftline.serving.routes.drawing.TopologyDrawing;
import java.io.StringReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.xml.parsers.DocumentBuilderFactory;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams.State;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.TopologyDescription;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.Stores;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

/** The topology as it is built, and the health of the streams. */
class TopologyRoutesTest {

    private static TopologyDescription topology() {
        Topology topology = new Topology();
        topology.addSource("read", "text.v1");
        topology.addProcessor("count<>", Counting::new, "read");
        topology.addProcessor("score", Counting::new, "count<>");
        topology.addStateStore(
                Stores.keyValueStoreBuilder(
                        Stores.inMemoryKeyValueStore("counts"), Serdes.ByteArray(), Serdes.ByteArray()),
                "count<>");
        topology.addSink("write", "scores.v1", "score");
        topology.addSource("other", "other.v1");
        topology.addSink("out", "out.v1", "other");
        return topology.describe();
    }

    private static final class Counting extends ContextualProcessor<Object, Object, Object, Object> {
        @Override
        public void process(Record<Object, Object> record) {
            context().forward(record);
        }
    }

    @Test
    void shouldDrawEveryNodeOnceAndNoTwoInOnePlace() throws Exception {
        Document drawing = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new InputSource(new StringReader(TopologyDrawing.of(topology()))));
        NodeList titles = drawing.getElementsByTagName("title");
        List<String> names = new ArrayList<>();
        for (int i = 0; i < titles.getLength(); i++) {
            names.add(titles.item(i).getTextContent());
        }
        assertThat(names).containsExactlyInAnyOrder("text.v1", "count<>", "score", "scores.v1", "other.v1", "out.v1");
        assertThat(drawing.getElementsByTagName("path").getLength())
                .as("three arrows, one, and the head of all")
                .isEqualTo(5);
        List<String> places = new ArrayList<>();
        NodeList boxes = drawing.getElementsByTagName("rect");
        for (int i = 0; i < boxes.getLength(); i++) {
            var at = boxes.item(i).getAttributes();
            places.add(at.getNamedItem("x").getNodeValue() + " "
                    + at.getNamedItem("y").getNodeValue());
        }
        assertThat(places).doesNotHaveDuplicates().hasSize(6 + 2);
        assertThat(drawing.getDocumentElement().getTextContent()).contains("counts");
    }

    @Test
    void shouldSayWhatTheServiceIsBuiltOfAsJsonAsTextAndAsADrawing() throws Exception {
        try (HttpEndpoint server = serve(Optional.of(State.RUNNING), Optional.of(topology()))) {
            JsonNode json = new ObjectMapper()
                    .readTree(get(server, "/v1/topology", "application/json").body());
            assertThat(json.get("subtopologies")).hasSize(2);
            assertThat(json.toString()).contains("\"stores\":[\"counts\"]").contains("scores.v1");
            assertThat(get(server, "/v1/topology", "text/plain").body()).startsWith("Topologies:");
            HttpResponse<String> drawing = get(server, "/v1/topology.svg", "*/*");
            assertThat(drawing.headers().firstValue("Content-Type").orElseThrow())
                    .startsWith("image/svg+xml");
        }
        try (HttpEndpoint server = serve(Optional.empty(), Optional.empty())) {
            assertThat(get(server, "/v1/topology", "*/*").statusCode()).isEqualTo(503);
        }
    }

    @Test
    void shouldTellTheStatesOfHealthApart() throws Exception {
        assertHealth(Optional.empty(), 503, 503, 503);
        assertHealth(Optional.of(State.CREATED), 503, 503, 503);
        assertHealth(Optional.of(State.REBALANCING), 200, 200, 503);
        assertHealth(Optional.of(State.RUNNING), 200, 200, 200);
        assertHealth(Optional.of(State.ERROR), 200, 503, 503);
    }

    private static void assertHealth(Optional<State> state, int started, int live, int ready) throws Exception {
        try (HttpEndpoint server = serve(state, Optional.empty())) {
            assertThat(get(server, "/health/started", "*/*").statusCode())
                    .as("%s", state)
                    .isEqualTo(started);
            assertThat(get(server, "/health/live", "*/*").statusCode())
                    .as("%s", state)
                    .isEqualTo(live);
            assertThat(get(server, "/health/ready", "*/*").statusCode())
                    .as("%s", state)
                    .isEqualTo(ready);
        }
    }

    private static HttpEndpoint serve(Optional<State> state, Optional<TopologyDescription> topology) {
        return serve(state, Optional.empty(), topology);
    }

    @Test
    void shouldBeAliveAndNotReadyWhileItWaitsForADisk() throws Exception {
        try (HttpEndpoint server =
                serve(Optional.of(State.RUNNING), Optional.of("the disk is full"), Optional.empty())) {
            assertThat(get(server, "/health/live", "*/*").statusCode()).isEqualTo(200);
            HttpResponse<String> ready = get(server, "/health/ready", "*/*");
            assertThat(ready.statusCode()).isEqualTo(503);
            assertThat(ready.body()).contains("the disk is full");
        }
    }

    private static HttpEndpoint serve(
            Optional<State> state, Optional<String> waitingFor, Optional<TopologyDescription> topology) {
        return HttpEndpoint.start(
                HttpSettings.of(DriftlineConfig.defaults()),
                List.of(
                        new ProblemResponses(ModelProblems::of),
                        new HealthRoutes(() -> state, () -> waitingFor),
                        new TopologyRoutes(() -> topology)));
    }

    private static HttpResponse<String> get(HttpEndpoint server, String path, String accept) throws Exception {
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create(server.address() + path))
                                .header("Accept", accept)
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
    }
}
