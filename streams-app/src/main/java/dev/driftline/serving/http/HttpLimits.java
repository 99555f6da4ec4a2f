package dev.driftline.serving.http;

import dev.driftline.config.DriftlineConfig;
import dev.driftline.config.InvalidConfigException;
import dev.driftline.config.keys.HttpKeys;
import io.javalin.http.Context;
import java.time.Duration;

/**
 * How much a server takes on.
 *
 * @param maxBodyBytes the longest body of a request
 * @param bodiesBytes heap of all bodies under way; a message between instances may take all of it
 * @param maxTokens the most tokens of one query
 * @param concurrent requests processed at the same time
 * @param queued requests that may wait for those
 * @param timeout how long a request may take, and how long its headers and its body may each take to arrive
 * @param idleTimeout how long a connection may be silent
 * @param connections the most connections at a time
 */
public record HttpLimits(
        int maxBodyBytes,
        int bodiesBytes,
        int maxTokens,
        int concurrent,
        int queued,
        Duration timeout,
        Duration idleTimeout,
        int connections) {

    private static final String VALUES = "driftline.max.values";

    /** Values of a JSON body beside its tokens. */
    private static final int OTHER_VALUES = 10_000;

    /** @throws InvalidConfigException if a single body does not fit beside none */
    static HttpLimits of(DriftlineConfig config) {
        int body = Math.toIntExact(config.get(HttpKeys.MAX_BODY_BYTES));
        int bodies = config.get(HttpKeys.BODIES_MAX_BYTES);
        if (bodies < body) {
            throw new InvalidConfigException(HttpKeys.BODIES_MAX_BYTES.name() + " is " + bodies
                    + " bytes for all bodies together, and " + HttpKeys.MAX_BODY_BYTES.name() + " is " + body
                    + " for one: raise the first, or lower the second");
        }
        return new HttpLimits(
                body,
                bodies,
                config.get(HttpKeys.MAX_TOKENS),
                config.get(HttpKeys.CONCURRENT),
                config.get(HttpKeys.QUEUED),
                Duration.ofMillis(config.get(HttpKeys.TIMEOUT_MS)),
                Duration.ofMillis(config.get(HttpKeys.IDLE_TIMEOUT_MS)),
                config.get(HttpKeys.CONNECTIONS));
    }

    /**
     * The most values of a JSON body, brackets and names among them. A value takes up to forty times its bytes on the heap, so
     * the bytes of a body are not bound enough.
     */
    int maxValues() {
        return OTHER_VALUES + 4 * maxTokens;
    }

    /** Notes {@link #maxValues()} on a request. */
    void note(Context context) {
        context.attribute(VALUES, maxValues());
    }

    /** The most values of the body of a request. */
    public static int maxValues(Context context) {
        Integer noted = context.attribute(VALUES);
        return noted == null ? OTHER_VALUES : noted;
    }
}
