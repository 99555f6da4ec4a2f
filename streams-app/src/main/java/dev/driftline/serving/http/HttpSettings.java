package dev.driftline.serving.http;

import dev.driftline.config.DriftlineConfig;
import dev.driftline.config.InvalidConfigException;
import dev.driftline.config.keys.AccessKeys;
import dev.driftline.config.keys.HttpKeys;
import dev.driftline.terminal.Secrets;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * How an instance answers over HTTP, checked.
 *
 * @param host where it listens
 * @param port on which port; 0 for a free one
 * @param advertisedHost under what name the other instances find it
 * @param credentials who may ask
 * @param tls what it speaks; empty for plain HTTP
 * @param maxBodyBytes the longest body
 * @param maxTokens the most tokens of one query
 * @param concurrent requests processed at the same time
 * @param queued requests that may wait for those
 * @param timeout how long a request may take, and how long its headers and its body may each take to arrive
 * @param idleTimeout how long a connection may be silent
 * @param connections the most connections at a time
 */
public record HttpSettings(
        String host,
        int port,
        String advertisedHost,
        BearerCredentials credentials,
        Optional<TlsFiles> tls,
        int maxBodyBytes,
        int maxTokens,
        int concurrent,
        int queued,
        Duration timeout,
        Duration idleTimeout,
        int connections) {

    private static final int SHORTEST_TOKEN = 16;
    private static final String FILE = "file:";

    /** @throws InvalidConfigException if a file is not there, or the settings would let strangers in */
    public static HttpSettings of(DriftlineConfig config) {
        String host = config.get(HttpKeys.HOST);
        String advertised = config.get(HttpKeys.ADVERTISED_HOST);
        BearerCredentials credentials = new BearerCredentials(
                token(AccessKeys.READ_TOKEN.name(), config.get(AccessKeys.READ_TOKEN)),
                token(AccessKeys.OPERATE_TOKEN.name(), config.get(AccessKeys.OPERATE_TOKEN)));
        if (!credentials.required() && !config.get(AccessKeys.ALLOW_INSECURE) && !isLoopback(host)) {
            throw new InvalidConfigException(HttpKeys.HOST.name() + "=" + host
                    + " can be reached from other machines, and without a token anybody there could ask and operate: set "
                    + AccessKeys.READ_TOKEN.name() + " and " + AccessKeys.OPERATE_TOKEN.name() + " (and "
                    + AccessKeys.TLS_KEYSTORE.name() + " or " + AccessKeys.TLS_CERTIFICATE.name()
                    + "), or keep to 127.0.0.1, or say " + AccessKeys.ALLOW_INSECURE.name()
                    + "=true where the network is safe");
        }
        return new HttpSettings(
                host,
                config.get(HttpKeys.PORT),
                advertised.isEmpty() ? host : advertised,
                credentials,
                TlsFiles.of(config),
                Math.toIntExact(config.get(HttpKeys.MAX_BODY_BYTES)),
                config.get(HttpKeys.MAX_TOKENS),
                config.get(HttpKeys.CONCURRENT),
                config.get(HttpKeys.QUEUED),
                Duration.ofMillis(config.get(HttpKeys.TIMEOUT_MS)),
                Duration.ofMillis(config.get(HttpKeys.IDLE_TIMEOUT_MS)),
                config.get(HttpKeys.CONNECTIONS));
    }

    /** A pool for requests, as large as these settings allow. */
    public RequestPool work(String name) {
        return new RequestPool(name, concurrent, queued, timeout.toMillis());
    }

    /** {@code http} or {@code https}. */
    public String scheme() {
        return tls.isPresent() ? "https" : "http";
    }

    private static boolean isLoopback(String host) {
        try {
            for (InetAddress address : InetAddress.getAllByName(host)) {
                if (!address.isLoopbackAddress()) {
                    return false;
                }
            }
            return true;
        } catch (UnknownHostException e) {
            throw new InvalidConfigException(HttpKeys.HOST.name() + "=" + host + ": there is no such host");
        }
    }

    private static Optional<String> token(String key, String given) {
        String token = given;
        if (given.startsWith(FILE)) {
            Path file = Path.of(given.substring(FILE.length()));
            try {
                token = Files.readString(file, StandardCharsets.UTF_8).strip();
            } catch (IOException e) {
                throw new InvalidConfigException(key + ": cannot read " + file + ": " + e.getMessage());
            }
        }
        if (token.isEmpty() && given.isEmpty()) {
            return Optional.empty();
        }
        if (token.length() < SHORTEST_TOKEN || !token.matches("[\\x21-\\x7e]+")) {
            throw new InvalidConfigException(key + ": a token has at least " + SHORTEST_TOKEN
                    + " printable ASCII characters and no spaces, as of `openssl rand -hex 24`");
        }
        Secrets.learn(token);
        return Optional.of(token);
    }
}
