package dev.driftline.serving.routes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.driftline.serving.http.RequestPool;
import dev.driftline.serving.http.RouteGroup;
import dev.driftline.serving.http.request.RequestArguments;
import dev.driftline.serving.query.instances.InstanceStatus;
import dev.driftline.threads.LastingThread;
import io.javalin.config.RoutesConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * {@code GET /v1/status}: what the service is doing, all instances together, and each. An instance that does not answer is listed
 * and missing from the sums.
 */
final class StatusRoutes implements RouteGroup {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final InstanceStatus here;
    private final Supplier<Map<String, Optional<byte[]>>> others;
    private final int shards;
    private final String tokenizer;
    private final RequestPool work;
    private final LastingThread clock;

    /**
     * @param here this instance
     * @param others the status of every other one by its address; empty where it does not answer
     * @param shards how many there are
     * @param tokenizer how the service cuts raw text
     */
    StatusRoutes(
            InstanceStatus here,
            Supplier<Map<String, Optional<byte[]>>> others,
            int shards,
            String tokenizer,
            RequestPool work) {
        this.here = here;
        this.others = others;
        this.shards = shards;
        this.tokenizer = tokenizer;
        this.work = work;
        clock = LastingThread.ticking("status-clock", Duration.ofSeconds(1), here::look);
        clock.start();
    }

    @Override
    public void addTo(RoutesConfig routes) {
        routes.get("/v1/status", context -> {
            RequestArguments.of(context);
            work.answer(context, this::status);
        });
    }

    private JsonNode status() {
        ObjectNode own = read(here.json());
        ArrayNode instances = JSON.createArrayNode();
        instances.add(own);
        own.put("answers", true);
        others.get().forEach((address, status) -> {
            ObjectNode other = status.map(StatusRoutes::read)
                    .orElseGet(() -> JSON.createObjectNode().put("address", address));
            instances.add(other.put("answers", status.isPresent()));
        });
        ObjectNode all = JSON.createObjectNode();
        all.set("state", own.get("state"));
        all.put("tokenizer", tokenizer);
        all.put("documents_scored", sum(instances, "documents_scored").longValue());
        all.put("tokens_scored", sum(instances, "tokens_scored").longValue());
        all.put("tokens_per_second", sum(instances, "tokens_per_second").doubleValue());
        all.set("pending_documents", pending(instances));
        all.set("shards", shards(instances));
        all.put("lag", lag(instances));
        all.put("held_records", held(instances));
        all.set("snapshot", own.get("snapshot"));
        all.set("trainer", trainer(instances));
        all.set("instances", instances);
        return all;
    }

    private static Number sum(ArrayNode instances, String field) {
        double sum = 0;
        for (JsonNode instance : instances) {
            sum += instance.path(field).asDouble();
        }
        return sum;
    }

    private static ObjectNode pending(ArrayNode instances) {
        Map<Integer, Integer> pending = new TreeMap<>();
        instances.forEach(instance -> instance.path("partitions")
                .forEach(one -> pending.merge(
                        one.get("partition").asInt(),
                        one.get("pending_documents").asInt(),
                        Integer::sum)));
        ObjectNode json = JSON.createObjectNode();
        pending.forEach((partition, count) -> json.put(partition.toString(), count));
        return json;
    }

    /** Records of documents and requests that have not been read, as far as that is known. */
    private static long lag(ArrayNode instances) {
        long lag = 0;
        for (JsonNode instance : instances) {
            for (String parts : List.of("shards", "partitions")) {
                for (JsonNode part : instance.path(parts)) {
                    lag += part.path("lag").asLong();
                }
            }
        }
        return lag;
    }

    /** Records of documents and texts that lie behind a transaction which has not ended. */
    private static long held(ArrayNode instances) {
        long held = 0;
        for (JsonNode instance : instances) {
            for (JsonNode partition : instance.path("partitions")) {
                held += partition.path("held_records").asLong();
            }
        }
        return held;
    }

    /** Every shard, with its owner where one answers. */
    private ArrayNode shards(ArrayNode instances) {
        Map<Integer, ObjectNode> known = new TreeMap<>();
        for (JsonNode instance : instances) {
            for (JsonNode shard : instance.path("shards")) {
                ObjectNode copy = shard.deepCopy();
                copy.set("owner", instance.get("address"));
                known.put(shard.get("shard").asInt(), copy);
            }
        }
        ArrayNode all = JSON.createArrayNode();
        for (int shard = 0; shard < shards; shard++) {
            ObjectNode found = known.get(shard);
            all.add(found == null ? JSON.createObjectNode().put("shard", shard).putNull("owner") : found);
        }
        return all;
    }

    /** That of the instance that trains; of this one where none has yet. */
    private static JsonNode trainer(ArrayNode instances) {
        JsonNode trainer = instances.get(0).get("trainer");
        for (JsonNode instance : instances) {
            if (instance.path("trainer").path("buffered_tokens").asLong() > 0) {
                trainer = instance.get("trainer");
            }
        }
        return trainer;
    }

    private static ObjectNode read(byte[] json) {
        try {
            return (ObjectNode) JSON.readTree(json);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        clock.interrupt();
    }
}
