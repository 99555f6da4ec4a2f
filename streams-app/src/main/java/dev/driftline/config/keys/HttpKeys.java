package dev.driftline.config.keys;

import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/** The address of the HTTP endpoint, and the limits of requests. */
public final class HttpKeys {

    static final KeyGroup GROUP = new KeyGroup("HTTP");

    private static final Pattern COMMA = Pattern.compile(",");
    private static final Pattern HOST_NAME = Pattern.compile("(\\[[0-9a-f:.]+]|[0-9a-z._-]+)(:[0-9]{1,5})?");

    public static final ConfigKey<String> HOST = GROUP.text(
            "http.host",
            "127.0.0.1",
            "a host name or address of this machine",
            "Address on which `driftline run` answers requests, and under which the other instances find it. Any "
                    + "address other than loopback needs a token: see http.read.token.",
            String::strip);

    public static final ConfigKey<Integer> PORT = GROUP.whole(
            "http.port", "0", 0, 65535, "Port of the HTTP endpoint. 0: use a free port, which `driftline run` prints.");

    public static final ConfigKey<String> ADVERTISED_HOST = GROUP.text(
            "http.advertised.host",
            "",
            "a host name or address, or nothing",
            "Host name under which the other instances find this one, if it differs from http.host: needed where "
                    + "that is a wildcard such as 0.0.0.0.",
            String::strip);

    public static final ConfigKey<List<String>> HOSTS = GROUP.key(
            "http.hosts",
            "",
            "host names separated by commas, each with or without a port, * for all, or nothing",
            "Further names under which clients ask this instance, for example that of a reverse proxy. Without tokens, "
                    + "or on loopback, a request under another name is refused, since it may come from a web page by DNS "
                    + "rebinding; http.host, http.advertised.host, localhost and addresses are always known. Pages from "
                    + "these hosts may send requests, too.",
            HttpKeys::hosts);

    public static final ConfigKey<Long> MAX_BODY_BYTES = GROUP.byteSize(
            "http.max.body.bytes",
            "1MiB",
            KeyGroup.KIB,
            256 * KeyGroup.MIB,
            "Maximum bytes of a request's body; a longer one is answered with 413. Messages between instances may take "
                    + "as many as http.bodies.max.bytes.");

    public static final ConfigKey<Integer> BODIES_MAX_BYTES = GROUP.smallByteSize(
            "http.bodies.max.bytes",
            "64MiB",
            64 * KeyGroup.KIB,
            KeyGroup.GIB,
            "Maximum heap of all request bodies together, from their first byte until the request is answered, and of "
                    + "what clients have not taken of their answers; a body past it is answered with 503 and Retry-After. At "
                    + "least http.max.body.bytes.");

    public static final ConfigKey<Integer> MAX_TOKENS = GROUP.whole(
            "http.max.tokens",
            "5000",
            1,
            1_000_000,
            "Maximum tokens of a request, over all its candidates; more are answered with 422.");

    public static final ConfigKey<Integer> CONCURRENT = GROUP.whole(
            "http.concurrent",
            "8",
            1,
            1024,
            "Maximum number of requests that are processed at the same time, and as many again that come from "
                    + "other instances.");

    public static final ConfigKey<Integer> QUEUED = GROUP.whole(
            "http.queued",
            "64",
            0,
            100_000,
            "Maximum number of requests that wait to be processed; further requests are answered with 503 and "
                    + "Retry-After.");

    public static final ConfigKey<Long> TIMEOUT_MS = GROUP.wholeLong(
            "http.timeout.ms",
            "10000",
            10,
            600_000,
            "Milliseconds that a request may take, after which it is answered with 504. Its headers and its body "
                    + "may each take as long to arrive.");

    public static final ConfigKey<Long> IDLE_TIMEOUT_MS = GROUP.wholeLong(
            "http.idle.timeout.ms",
            "60000",
            100,
            3_600_000,
            "Milliseconds after which an idle connection is closed, and one whose client has not taken its answer.");

    public static final ConfigKey<Integer> CONNECTIONS = GROUP.whole(
            "http.connections",
            "1024",
            1,
            1_000_000,
            "Maximum number of open connections; further ones wait to be accepted.");

    private HttpKeys() {}

    private static List<String> hosts(String value) {
        List<String> hosts = COMMA.splitAsStream(value)
                .map(host -> host.strip().toLowerCase(Locale.ROOT))
                .filter(host -> !host.isEmpty())
                .toList();
        for (String host : hosts) {
            if (!host.equals("*") && !HOST_NAME.matcher(host).matches()) {
                throw new IllegalArgumentException(host);
            }
        }
        return hosts;
    }
}
