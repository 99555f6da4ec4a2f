package dev.driftline.serving.http;

import io.javalin.http.HttpStatus;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What went wrong with a request, as RFC 9457 has it.
 *
 * @param kind the last part of {@code type}, in kebab case: {@code too-many-tokens}
 * @param status the HTTP status code
 * @param title the kind in words, the same for every occurrence
 * @param detail this occurrence: the value that was wrong, what was expected, what to do
 * @param more members beside these, such as {@code limit}
 */
public record Problem(String kind, int status, String title, String detail, Map<String, Object> more) {

    /** The media type of a problem. */
    public static final String MEDIA_TYPE = "application/problem+json";

    private static final String TYPE_PREFIX = "urn:driftline:problem:";

    public Problem {
        more = Map.copyOf(more);
    }

    /** A problem that its status code says all of. */
    public static Problem of(int status, String detail) {
        String title = HttpStatus.forStatus(status).getMessage();
        return new Problem("", status, title, detail, Map.of());
    }

    /** A request past a limit. */
    public static Problem limit(String kind, int status, String title, String detail, long limit) {
        return new Problem(kind, status, title, detail, Map.of("limit", limit));
    }

    /** The members of the JSON object, in order. */
    public Map<String, Object> members() {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("type", kind.isEmpty() ? "about:blank" : TYPE_PREFIX + kind);
        members.put("title", title);
        members.put("status", status);
        members.put("detail", detail);
        members.putAll(more);
        return members;
    }
}
