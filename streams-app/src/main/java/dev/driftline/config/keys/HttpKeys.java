package dev.driftline.config.keys;

/** The address of the HTTP endpoint, and the limits of requests. */
public final class HttpKeys {

    static final KeyGroup GROUP = new KeyGroup("HTTP");

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
            "Host name under which the other instances find this one, if it differs from http.host: for example "
                    + "with http.host=0.0.0.0.",
            String::strip);

    public static final ConfigKey<Long> MAX_BODY_BYTES = GROUP.byteSize(
            "http.max.body.bytes",
            "1MiB",
            KeyGroup.KIB,
            256 * KeyGroup.MIB,
            "Maximum bytes of a request's body; a longer one is answered with 413.");

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
            "http.idle.timeout.ms", "60000", 100, 3_600_000, "Milliseconds after which an idle connection is closed.");

    public static final ConfigKey<Integer> CONNECTIONS = GROUP.whole(
            "http.connections",
            "1024",
            1,
            1_000_000,
            "Maximum number of open connections; further ones wait to be accepted.");

    private HttpKeys() {}
}
