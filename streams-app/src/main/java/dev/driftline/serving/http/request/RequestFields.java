package dev.driftline.serving.http.request;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.driftline.serving.http.HttpLimits;
import dev.driftline.serving.http.ProblemException;
import io.javalin.http.BadRequestResponse;
import io.javalin.http.Context;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Reads the fields of a request without guessing what was meant: what is repeated, cut off or followed by something else is a 400
 * that names the place.
 */
final class RequestFields {

    /** By the most values of a body, of which a process has one or a few. */
    private static final Map<Integer, ObjectReader> JSON = new ConcurrentHashMap<>();

    private RequestFields() {}

    /** The members of the JSON object in the body; none where it is empty. */
    static JsonNode ofBody(Context context) {
        byte[] body = context.bodyAsBytes();
        if (body.length == 0) {
            return JsonNodeFactory.instance.objectNode();
        }
        JsonNode members;
        try {
            members = JSON.computeIfAbsent(HttpLimits.maxValues(context), RequestFields::reader)
                    .readTree(body);
        } catch (StreamConstraintsException e) {
            throw ProblemException.cannotHonour("the body has too many values, or is too deep" + at(e.getLocation())
                    + ": " + e.getOriginalMessage() + "; http.max.tokens decides how many values there may be");
        } catch (JsonProcessingException e) {
            throw new BadRequestResponse(
                    "the body is not valid JSON" + at(e.getLocation()) + ": " + e.getOriginalMessage());
        } catch (IOException e) {
            throw new BadRequestResponse("the body is not valid JSON: " + e.getMessage());
        }
        if (!members.isObject()) {
            throw new BadRequestResponse("the body is " + described(members) + ", not a JSON object");
        }
        return members;
    }

    private static ObjectReader reader(int maxValues) {
        JsonFactory factory = JsonFactory.builder()
                .streamReadConstraints(StreamReadConstraints.builder()
                        .maxTokenCount(maxValues)
                        // The bytes of a body are bound.
                        .maxStringLength(Integer.MAX_VALUE)
                        .build())
                .build();
        return JsonMapper.builder(factory)
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .build()
                .readerFor(JsonNode.class);
    }

    /** The parameters of the query, each of which is text. */
    static JsonNode ofQuery(Context context) {
        ObjectNode members = JsonNodeFactory.instance.objectNode();
        String query = context.queryString();
        if (query == null) {
            return members;
        }
        for (String parameter : query.split("&", -1)) {
            if (parameter.isEmpty()) {
                continue;
            }
            int equals = parameter.indexOf('=');
            String name = decoded(equals < 0 ? parameter : parameter.substring(0, equals), parameter);
            String value = equals < 0 ? "" : decoded(parameter.substring(equals + 1), parameter);
            if (members.has(name)) {
                throw new BadRequestResponse("the query parameter " + name + " is given twice: give it once");
            }
            members.put(name, value);
        }
        return members;
    }

    /** What a value is, in words. */
    static String described(JsonNode value) {
        return switch (value.getNodeType()) {
            case STRING -> "a string";
            case NUMBER -> "the number " + value.asText();
            case BOOLEAN -> value.asText();
            case ARRAY -> "a list";
            case OBJECT -> "an object";
            case NULL -> "null";
            default -> "empty";
        };
    }

    private static String at(JsonLocation location) {
        return location == null ? "" : " at line " + location.getLineNr() + ", column " + location.getColumnNr();
    }

    /** As browsers encode forms, but what is not UTF-8 is refused; {@code URLDecoder} would replace it. */
    private static String decoded(String text, String parameter) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(text.length());
        for (int i = 0; i < text.length(); i++) {
            char next = text.charAt(i);
            if (next == '%') {
                boolean complete = i + 2 < text.length();
                int high = complete ? Character.digit(text.charAt(i + 1), 16) : -1;
                int low = complete ? Character.digit(text.charAt(i + 2), 16) : -1;
                if (high < 0 || low < 0) {
                    throw new BadRequestResponse("the query parameter " + parameter
                            + " has a % that is not followed by two hexadecimal digits: write % itself as %25");
                }
                bytes.write(high * 16 + low);
                i += 2;
            } else {
                bytes.writeBytes((next == '+' ? " " : String.valueOf(next)).getBytes(StandardCharsets.UTF_8));
            }
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes.toByteArray()))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new BadRequestResponse("the query parameter " + parameter + " is not UTF-8");
        }
    }
}
