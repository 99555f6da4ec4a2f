package dev.driftline.neural.snapshot;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.driftline.corpus.JsonMistake;
import dev.driftline.neural.Architecture;
import dev.driftline.neural.Cell;
import java.io.UncheckedIOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The descriptions and vocabularies of snapshots as JSON. Unknown fields are ignored, so that a
 * later version can add some; a missing required field is an error.
 */
public final class SnapshotJson {

    /** The format version that is written. */
    public static final int FORMAT = 1;

    private static final ObjectMapper MAPPER = new ObjectMapper(JsonFactory.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(32)
                            .maxStringLength(Safetensors.MAX_HEADER_BYTES)
                            .build())
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private SnapshotJson() {}

    /** An object to put fields into, in order. */
    public static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }

    /** {@code node} as indented JSON. */
    public static String pretty(JsonNode node) {
        try {
            return escapeLoneSurrogates(MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(node));
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** {@code node} as JSON on one line. */
    public static String line(JsonNode node) {
        try {
            return escapeLoneSurrogates(MAPPER.writeValueAsString(node));
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Reads JSON.
     *
     * @param what the name of the content, for the message: {@code manifest.json}
     * @throws InvalidSnapshotException if it is not valid JSON
     */
    public static JsonNode read(String json, String what) {
        try {
            return MAPPER.readTree(json);
        } catch (JsonProcessingException e) {
            throw new InvalidSnapshotException(what + " is not JSON: " + JsonMistake.of(e), e);
        }
    }

    /** A description as an object. */
    public static ObjectNode of(SnapshotDescription description) {
        SnapshotManifest manifest = description.manifest();
        Architecture architecture = description.architecture();
        ObjectNode json = object();
        json.put("format", FORMAT);
        json.put("version", manifest.version());
        json.put("parent", manifest.parent());
        json.put("createdAt", manifest.createdAt().toString());
        json.put("model", manifest.model());
        json.put("tokens", manifest.tokens());
        ObjectNode shape = json.putObject("architecture");
        shape.put("cell", architecture.cell().label());
        shape.put("embedding", architecture.embedding());
        shape.put("hidden", architecture.hidden());
        shape.put("layers", architecture.layers());
        shape.put("window", architecture.window());
        shape.put("dropout", architecture.dropout());
        shape.put("tied", architecture.tied());
        ArrayNode cutoffs = shape.putArray("cutoffs");
        architecture.cutoffs().forEach(cutoffs::add);
        shape.put("divisor", architecture.divisor());
        json.put("vocabularySize", description.vocabularySize());
        json.put("parameters", description.parameters());
        // Sorted: the same snapshot is the same bytes.
        ObjectNode training = json.putObject("training");
        new TreeMap<>(manifest.training()).forEach(training::put);
        ObjectNode metrics = json.putObject("metrics");
        new TreeMap<>(manifest.metrics()).forEach((name, value) -> {
            if (Double.isFinite(value)) {
                metrics.put(name, value);
            } else {
                metrics.put(name, value.toString());
            }
        });
        ObjectNode data = json.putObject("data");
        new TreeMap<>(manifest.data()).forEach(data::put);
        if (!manifest.text().equals(SeenText.UNKNOWN)) {
            json.set("text", of(manifest.text()));
        }
        return json;
    }

    /** Which documents a network has seen, as an object. */
    public static ObjectNode of(SeenText text) {
        ObjectNode json = object();
        json.put("known", text.known());
        json.put("retractionsTo", text.retractionsTo());
        ArrayNode ranges = json.putArray("ranges");
        text.ranges().forEach((input, range) -> {
            ObjectNode one = ranges.addObject();
            one.put("topic", input.topic());
            one.put("partition", input.partition());
            one.put("from", range.from());
            one.put("to", range.to());
            ArrayNode takenOut = one.putArray("takenOut");
            range.takenOut().forEach(takenOut::add);
        });
        return json;
    }

    private static SeenText text(JsonNode json) {
        if (json.isMissingNode() || json.isNull()) {
            return SeenText.UNKNOWN;
        }
        SortedMap<SeenText.Input, SeenText.Range> ranges = new TreeMap<>();
        for (JsonNode range : json.path("ranges")) {
            List<Long> takenOut = new ArrayList<>();
            range.path("takenOut").forEach(offset -> takenOut.add(offset.asLong()));
            takenOut.sort(null);
            ranges.put(
                    new SeenText.Input(text(range, "topic"), whole(range, "partition")),
                    new SeenText.Range(
                            need(range, "from", JsonNode::isIntegralNumber).longValue(),
                            need(range, "to", JsonNode::isIntegralNumber).longValue(),
                            takenOut));
        }
        return new SeenText(
                json.path("known").asBoolean(), json.path("retractionsTo").asLong(), ranges);
    }

    /**
     * Reads a description.
     *
     * @throws InvalidSnapshotException if a required field is missing or has the wrong type
     */
    public static SnapshotDescription description(JsonNode json) {
        int format = whole(json, "format");
        if (format != FORMAT) {
            throw new InvalidSnapshotException(
                    "the manifest is of format " + format + ", this version of Driftline reads " + FORMAT
                            + ": use the version that wrote it, or a newer one");
        }
        try {
            JsonNode shape = need(json, "architecture", JsonNode::isObject);
            List<Integer> cutoffs = new ArrayList<>();
            for (JsonNode cutoff : need(shape, "cutoffs", JsonNode::isArray)) {
                cutoffs.add(cutoff.asInt());
            }
            Architecture architecture = new Architecture(
                    Cell.named(text(shape, "cell")),
                    whole(shape, "embedding"),
                    whole(shape, "hidden"),
                    whole(shape, "layers"),
                    whole(shape, "window"),
                    need(shape, "dropout", JsonNode::isNumber).doubleValue(),
                    need(shape, "tied", JsonNode::isBoolean).booleanValue(),
                    cutoffs,
                    need(shape, "divisor", JsonNode::isNumber).doubleValue());
            SnapshotManifest manifest = new SnapshotManifest(
                    SnapshotVersion.check(text(json, "version")),
                    json.path("parent").textValue(),
                    Instant.parse(text(json, "createdAt")),
                    text(json, "model"),
                    text(json, "tokens"),
                    map(json, "training", JsonNode::asText),
                    map(json, "metrics", SnapshotJson::number),
                    map(json, "data", JsonNode::asLong),
                    text(json.path("text")));
            return new SnapshotDescription(
                    manifest,
                    architecture,
                    whole(json, "vocabularySize"),
                    need(json, "parameters", JsonNode::isIntegralNumber).longValue());
        } catch (InvalidSnapshotException e) {
            throw e;
        } catch (IllegalArgumentException | DateTimeException e) {
            throw new InvalidSnapshotException("the manifest: " + e.getMessage(), e);
        }
    }

    /** Words as a JSON array, which can hold any characters. */
    public static String vocabulary(List<String> words) {
        ArrayNode array = JsonNodeFactory.instance.arrayNode();
        words.forEach(array::add);
        return line(array);
    }

    /**
     * Reads words.
     *
     * @throws InvalidSnapshotException if {@code json} is not an array of strings
     */
    public static List<String> vocabulary(String json) {
        JsonNode array = read(json, "the vocabulary");
        if (!array.isArray()) {
            throw new InvalidSnapshotException("the vocabulary is not a JSON array");
        }
        List<String> words = new ArrayList<>(array.size());
        for (JsonNode word : array) {
            if (!word.isTextual()) {
                throw new InvalidSnapshotException("the vocabulary has an entry that is not a string: " + word);
            }
            words.add(word.textValue());
        }
        return words;
    }

    private static double number(JsonNode node) {
        return node.isNumber() ? node.doubleValue() : Double.parseDouble(node.asText());
    }

    private static String text(JsonNode json, String field) {
        return need(json, field, JsonNode::isTextual).textValue();
    }

    private static int whole(JsonNode json, String field) {
        return need(json, field, JsonNode::canConvertToInt).intValue();
    }

    private static JsonNode need(JsonNode json, String field, Function<JsonNode, Boolean> check) {
        JsonNode value = json.path(field);
        if (!check.apply(value)) {
            throw new InvalidSnapshotException(
                    value.isMissingNode()
                            ? "the manifest has no " + field
                            : "the manifest has an invalid " + field + ": " + value);
        }
        return value;
    }

    private static <V> Map<String, V> map(JsonNode json, String field, Function<JsonNode, V> read) {
        Map<String, V> map = new LinkedHashMap<>();
        BiConsumer<String, JsonNode> put = (name, value) -> map.put(name, read.apply(value));
        json.path(field).properties().forEach(entry -> put.accept(entry.getKey(), entry.getValue()));
        return map;
    }

    /** UTF-8 cannot encode unpaired surrogates, JSON can escape them; in JSON they occur only inside strings. */
    private static String escapeLoneSurrogates(String json) {
        @Nullable StringBuilder escaped = null;
        for (int i = 0; i < json.length(); i++) {
            char c = json.charAt(i);
            boolean pair = Character.isHighSurrogate(c)
                    && i + 1 < json.length()
                    && Character.isLowSurrogate(json.charAt(i + 1));
            if (Character.isSurrogate(c) && !pair) {
                if (escaped == null) {
                    escaped = new StringBuilder(json.length() + 16).append(json, 0, i);
                }
                escaped.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
            } else if (escaped != null) {
                escaped.append(c);
                if (pair) {
                    escaped.append(json.charAt(i + 1));
                }
            }
            if (pair) {
                i++;
            }
        }
        return escaped == null ? json : escaped.toString();
    }
}
