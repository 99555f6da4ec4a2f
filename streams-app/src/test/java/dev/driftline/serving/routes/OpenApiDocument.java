package dev.driftline.serving.routes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion.VersionFlag;
import com.networknt.schema.ValidationMessage;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The OpenAPI document, with its shared responses in place.
 *
 * @param json all of it
 */
record OpenApiDocument(JsonNode json) {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final JsonSchemaFactory SCHEMAS = JsonSchemaFactory.getInstance(VersionFlag.V202012);

    /** A method of a path. */
    record Operation(String method, String path, JsonNode json) {

        /** As in {@code HttpEndpoint.routes()}. */
        String route() {
            return method + " " + path;
        }

        JsonNode parameters() {
            return json.path("parameters");
        }

        /** Of the JSON object in the body; missing where there is none. */
        JsonNode bodySchema() {
            return json.at("/requestBody/content/application~1json/schema");
        }

        JsonNode bodyExample() {
            return json.at("/requestBody/content/application~1json/example");
        }
    }

    static String text() throws IOException {
        try (InputStream in = OpenApiRoutes.class.getResourceAsStream(OpenApiRoutes.RESOURCE)) {
            return new String(in.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        }
    }

    static OpenApiDocument read() throws IOException {
        JsonNode json = JSON.readTree(text());
        for (JsonNode path : json.get("paths")) {
            for (JsonNode operation : path) {
                ObjectNode responses = (ObjectNode) operation.get("responses");
                for (Map.Entry<String, JsonNode> response : List.copyOf(responses.properties())) {
                    if (response.getValue().has("$ref")) {
                        responses.set(
                                response.getKey(),
                                json.at(response.getValue().get("$ref").asText().substring(1)));
                    }
                }
            }
        }
        return new OpenApiDocument(json);
    }

    List<Operation> operations() {
        List<Operation> operations = new ArrayList<>();
        for (Map.Entry<String, JsonNode> path : json.get("paths").properties()) {
            path.getValue()
                    .properties()
                    .forEach(method -> operations.add(
                            new Operation(method.getKey().toUpperCase(Locale.ROOT), path.getKey(), method.getValue())));
        }
        return operations;
    }

    /** What of {@code value} is not as {@code schema} says; empty where it fits. */
    String misfits(JsonNode value, JsonNode schema) {
        ObjectNode whole = JSON.createObjectNode();
        whole.putArray("allOf").add(schema);
        whole.set("components", json.get("components"));
        return SCHEMAS.getSchema(whole).validate(value).stream()
                .map(ValidationMessage::getMessage)
                .collect(Collectors.joining("; "));
    }

    /** What of an answer is not as the document says; empty where it fits. */
    String misfits(Operation operation, int status, String type, String body) throws IOException {
        JsonNode response = operation.json().get("responses").path(Integer.toString(status));
        if (response.isMissingNode()) {
            return operation.route() + " does not say that " + status + " can come";
        }
        String plain = type.replaceFirst(";.*", "");
        JsonNode content = response.path("content").path(plain);
        if (content.isMissingNode()) {
            return operation.route() + " does not say that " + status + " can be " + plain;
        }
        JsonNode value = plain.endsWith("json")
                ? JSON.readTree(body)
                : JSON.getNodeFactory().textNode(body);
        return misfits(value, content.get("schema"));
    }
}
