package dev.driftline.config;

/** Where the service answers over HTTP, and the limits of a request. */
public final class HttpKeys {

    static final KeyGroup GROUP = new KeyGroup("HTTP");

    public static final ConfigKey<String> HOST = GROUP.text(
            "http.host",
            "127.0.0.1",
            "a host name or address of this machine",
            "Where `driftline run` answers questions, and under what name the other instances find it."
                    + " Other than loopback needs a token, see http.read.token.",
            String::strip);

    public static final ConfigKey<Integer> PORT = GROUP.whole(
            "http.port", "0", 0, 65535, "Port of the HTTP endpoint; 0 takes a free one, which `driftline run` prints.");

    public static final ConfigKey<String> ADVERTISED_HOST = GROUP.text(
            "http.advertised.host",
            "",
            "a host name or address, or nothing",
            "Under what name the other instances find this one, where that is not http.host: for http.host=0.0.0.0.",
            String::strip);

    public static final ConfigKey<Long> MAX_BODY_BYTES = GROUP.byteSize(
            "http.max.body.bytes",
            "1MiB",
            KeyGroup.KIB,
            256 * KeyGroup.MIB,
            "Longest body of a request; past it is a 413.");

    public static final ConfigKey<Integer> MAX_TOKENS = GROUP.whole(
            "http.max.tokens",
            "5000",
            1,
            1_000_000,
            "Most tokens of one question, of all its candidates together; past it is a 422.");

    public static final ConfigKey<Integer> CONCURRENT = GROUP.whole(
            "http.concurrent",
            "8",
            1,
            1024,
            "Questions that are worked on at the same time, and as many of other instances.");

    public static final ConfigKey<Integer> QUEUED = GROUP.whole(
            "http.queued", "64", 0, 100_000, "Questions that may wait for those; past it is a 503 with Retry-After.");

    public static final ConfigKey<Long> TIMEOUT_MS = GROUP.wholeLong(
            "http.timeout.ms",
            "10000",
            10,
            600_000,
            "Milliseconds that a question may take, past which is a 504; and that its head and its body may each take to come.");

    public static final ConfigKey<Long> IDLE_TIMEOUT_MS = GROUP.wholeLong(
            "http.idle.timeout.ms",
            "60000",
            100,
            3_600_000,
            "Milliseconds after which a connection on which nothing moves is closed.");

    public static final ConfigKey<Integer> CONNECTIONS =
            GROUP.whole("http.connections", "1024", 1, 1_000_000, "Connections at a time; more wait to be accepted.");

    private HttpKeys() {}
}
