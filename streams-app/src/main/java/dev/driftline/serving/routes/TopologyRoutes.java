package dev.driftline.serving.routes;

import static dev.driftline.serving.http.request.JsonFields.fields;

import dev.driftline.serving.http.RouteGroup;
import dev.driftline.serving.http.request.RequestArguments;
import dev.driftline.serving.query.instances.ShardUnavailableException;
import dev.driftline.serving.routes.drawing.TopologyDrawing;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.apache.kafka.streams.TopologyDescription;

/**
 * What the service is built of: {@code GET /v1/topology} as JSON, or as text where that is what the client accepts, and {@code
 * GET /v1/topology.svg} as a drawing.
 */
final class TopologyRoutes implements RouteGroup {

    private final Supplier<Optional<TopologyDescription>> topology;

    /** @param topology empty before the service has started */
    TopologyRoutes(Supplier<Optional<TopologyDescription>> topology) {
        this.topology = topology;
    }

    @Override
    public void addTo(RoutesConfig routes) {
        routes.get("/v1/topology", this::describe);
        routes.get("/v1/topology.svg", this::draw);
    }

    private void draw(Context context) {
        RequestArguments.of(context);
        context.contentType("image/svg+xml").result(TopologyDrawing.of(topology()));
    }

    private void describe(Context context) {
        RequestArguments.of(context);
        String accept = context.header("Accept");
        if (accept != null && accept.startsWith("text/plain")) {
            context.contentType("text/plain").result(topology().toString());
        } else {
            context.json(json(topology()));
        }
    }

    private TopologyDescription topology() {
        return topology.get()
                .orElseThrow(() -> new ShardUnavailableException("this instance is starting: it has no topology yet"));
    }

    private static Map<String, Object> json(TopologyDescription topology) {
        List<Object> parts = new ArrayList<>();
        topology.subtopologies().stream()
                .sorted(Comparator.comparingInt(TopologyDescription.Subtopology::id))
                .forEach(part -> parts.add(fields(
                        "id",
                        part.id(),
                        "nodes",
                        part.nodes().stream()
                                .sorted(Comparator.comparing(TopologyDescription.Node::name))
                                .map(TopologyRoutes::json)
                                .toList())));
        return fields("subtopologies", parts);
    }

    private static Map<String, Object> json(TopologyDescription.Node node) {
        Map<String, Object> json = fields("name", node.name());
        if (node instanceof TopologyDescription.Source source) {
            json.put("type", "source");
            json.put("topics", source.topicSet() == null ? List.of() : new TreeSet<>(source.topicSet()));
        } else if (node instanceof TopologyDescription.Sink sink) {
            json.put("type", "sink");
            json.put("topics", sink.topic() == null ? List.of() : List.of(sink.topic()));
        } else {
            json.put("type", "processor");
            if (node instanceof TopologyDescription.Processor processor) {
                json.put("stores", new TreeSet<>(processor.stores()));
            }
        }
        json.put("next", names(node.successors()));
        return json;
    }

    private static TreeSet<String> names(Set<TopologyDescription.Node> nodes) {
        TreeSet<String> names = new TreeSet<>();
        nodes.forEach(node -> names.add(node.name()));
        return names;
    }
}
