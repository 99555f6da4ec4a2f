package dev.driftline.serving.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.http.BadRequestResponse;
import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * What a request asks for, checked: the members of the JSON object in the body of a POST, the query parameters of a GET. What is
 * wrong with one becomes a 400 that names it.
 */
public final class RequestArguments {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final JsonNode members;

    private RequestArguments(JsonNode members) {
        this.members = members;
    }

    /**
     * Reads them.
     *
     * @param known the names that there are; another one is an error, since it would not do what was meant
     */
    public static RequestArguments of(Context context, String... known) {
        JsonNode members = context.method() == HandlerType.POST ? body(context) : query(context);
        Set<String> unknown = new TreeSet<>();
        members.fieldNames().forEachRemaining(unknown::add);
        Arrays.asList(known).forEach(unknown::remove);
        if (!unknown.isEmpty()) {
            throw new BadRequestResponse(
                    "there is no " + String.join(", ", unknown) + " here; there are " + String.join(", ", known));
        }
        return new RequestArguments(members);
    }

    /** Reads the query parameters, whatever their names. */
    public static RequestArguments ofQuery(Context context) {
        return new RequestArguments(query(context));
    }

    private static JsonNode query(Context context) {
        ObjectNode members = JsonNodeFactory.instance.objectNode();
        context.queryParamMap().forEach((name, values) -> members.put(name, values.get(values.size() - 1)));
        return members;
    }

    private static JsonNode body(Context context) {
        if (context.body().isEmpty()) {
            return JsonNodeFactory.instance.objectNode();
        }
        try {
            JsonNode body = JSON.readTree(context.bodyAsBytes());
            if (body != null && body.isObject()) {
                return body;
            }
        } catch (IOException e) {
            String where = e instanceof JsonProcessingException json && json.getLocation() != null
                    ? " (line " + json.getLocation().getLineNr() + ", column "
                            + json.getLocation().getColumnNr() + ")"
                    : "";
            throw new BadRequestResponse("the body is not valid JSON" + where);
        }
        throw new BadRequestResponse("the body is not a JSON object");
    }

    /** Whether there is one of that name. */
    public boolean has(String name) {
        return members.hasNonNull(name);
    }

    /** Text; empty where there is none. */
    public Optional<String> text(String name) {
        if (!has(name)) {
            return Optional.empty();
        }
        JsonNode value = members.get(name);
        if (!value.isTextual()) {
            throw new BadRequestResponse(name + " is not a string");
        }
        return Optional.of(value.textValue());
    }

    /** A text, raw or in tokens; empty where there is none. */
    public Optional<RequestText> given(String name) {
        return has(name) ? Optional.of(given(name, members.get(name))) : Optional.empty();
    }

    /** A list of texts, each raw or in tokens; none where it is missing. */
    public List<RequestText> givenEach(String name) {
        List<RequestText> texts = new ArrayList<>();
        if (has(name)) {
            if (!members.get(name).isArray()) {
                throw new BadRequestResponse(name + " is not a list");
            }
            members.get(name).forEach(text -> texts.add(given(name + "[" + texts.size() + "]", text)));
        }
        return texts;
    }

    private static RequestText given(String name, JsonNode value) {
        if (value.isTextual()) {
            return new RequestText.Raw(value.textValue());
        }
        if (!value.isArray()) {
            throw new BadRequestResponse(name + " is neither a string, which is raw text, nor a list of tokens");
        }
        if (value.isEmpty() || !value.get(0).isArray()) {
            return new RequestText.Tokens(strings(name, value));
        }
        List<List<String>> sentences = new ArrayList<>();
        value.forEach(sentence -> sentences.add(strings(name + "[" + sentences.size() + "]", sentence)));
        return new RequestText.Sentences(sentences);
    }

    /** A list of texts; none where it is missing. */
    public List<String> texts(String name) {
        return has(name) ? strings(name, members.get(name)) : List.of();
    }

    private static List<String> strings(String name, JsonNode value) {
        if (!value.isArray()) {
            throw new BadRequestResponse(name + " is not a list");
        }
        List<String> strings = new ArrayList<>(value.size());
        for (JsonNode item : value) {
            if (!item.isTextual()) {
                throw new BadRequestResponse(name + "[" + strings.size() + "] is not a string");
            }
            strings.add(item.textValue());
        }
        return strings;
    }

    /** A whole number from {@code least} to {@code most}. */
    public int whole(String name, int otherwise, int least, int most) {
        if (!has(name)) {
            return otherwise;
        }
        try {
            int value = Integer.parseInt(members.get(name).asText());
            if (value >= least && value <= most) {
                return value;
            }
        } catch (NumberFormatException e) {
            // Said below, like a number out of range.
        }
        throw new BadRequestResponse(
                name + "=" + members.get(name).asText() + " is not a whole number from " + least + " to " + most);
    }

    /** A number. */
    public double real(String name, double otherwise) {
        if (!has(name)) {
            return otherwise;
        }
        try {
            return Double.parseDouble(members.get(name).asText());
        } catch (NumberFormatException e) {
            throw new BadRequestResponse(name + "=" + members.get(name).asText() + " is not a number");
        }
    }
}
