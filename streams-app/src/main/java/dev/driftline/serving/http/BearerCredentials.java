package dev.driftline.serving.http;

import dev.driftline.config.DriftlineConfig;
import dev.driftline.config.InvalidConfigException;
import dev.driftline.config.keys.AccessKeys;
import dev.driftline.config.keys.ConfigKey;
import dev.driftline.terminal.Secrets;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Bearer tokens: who may read, and who may operate. The token for operators reads, too. Without any, everybody may do
 * everything, which {@link HttpSettings} allows on loopback only, unless told otherwise.
 *
 * @param read the token for reading; empty if none is set
 * @param operate the token for operating; empty if none is set, and then nobody may, where one for reading is set
 */
public record BearerCredentials(Optional<String> read, Optional<String> operate) {

    private static final String BEARER = "Bearer ";
    private static final int SHORTEST = 16;
    private static final String FILE = "file:";

    /** @throws InvalidConfigException if a token is too short, or its file is not there */
    static BearerCredentials of(DriftlineConfig config) {
        BearerCredentials credentials =
                new BearerCredentials(secret(AccessKeys.READ_TOKEN, config), secret(AccessKeys.OPERATE_TOKEN, config));
        Optional<String> instances = secret(AccessKeys.INSTANCE_SECRET, config);
        refuseEqual(AccessKeys.READ_TOKEN, credentials.read, AccessKeys.OPERATE_TOKEN, credentials.operate);
        refuseEqual(AccessKeys.READ_TOKEN, credentials.read, AccessKeys.INSTANCE_SECRET, instances);
        refuseEqual(AccessKeys.OPERATE_TOKEN, credentials.operate, AccessKeys.INSTANCE_SECRET, instances);
        return credentials;
    }

    private static void refuseEqual(
            ConfigKey<String> one, Optional<String> token, ConfigKey<String> other, Optional<String> secret) {
        if (token.isPresent() && token.equals(secret)) {
            throw new InvalidConfigException(one.name() + " and " + other.name()
                    + " are the same, so whoever has one may do what the other is for: give each its own, as of `openssl"
                    + " rand -hex 24`, or leave one out");
        }
    }

    /** A secret as the settings give it, or the file that they name; empty if they give none. */
    static Optional<String> secret(ConfigKey<String> key, DriftlineConfig config) {
        String given = config.get(key);
        String token = given;
        if (given.startsWith(FILE)) {
            Path file = Path.of(given.substring(FILE.length()));
            try {
                token = Files.readString(file, StandardCharsets.UTF_8).strip();
            } catch (IOException e) {
                throw new InvalidConfigException(key.name() + ": cannot read " + file + ": " + e.getMessage());
            }
        }
        if (token.isEmpty() && given.isEmpty()) {
            return Optional.empty();
        }
        if (token.length() < SHORTEST || !token.matches("[\\x21-\\x7e]+")) {
            throw new InvalidConfigException(key.name() + ": needs at least " + SHORTEST
                    + " printable ASCII characters and no spaces, as of `openssl rand -hex 24`");
        }
        Secrets.learn(token);
        return Optional.of(token);
    }

    /** Whether a token has to be shown. */
    public boolean required() {
        return read.isPresent() || operate.isPresent();
    }

    /**
     * Why a request is refused; empty if it is not.
     *
     * @param access of the route, not that of instances
     * @param header value of {@code Authorization}; null if there is none
     */
    Optional<Problem> refusal(Access access, @Nullable String header) {
        if (!required() || access == Access.OPEN) {
            return Optional.empty();
        }
        String shown = shown(header);
        if (shown == null || !(equal(read, shown) | equal(operate, shown))) {
            return Optional.of(new Problem(
                    "token-required",
                    401,
                    "A token is required",
                    (shown == null ? "no token was shown" : "the token is not one of this instance")
                            + ": send the header Authorization: Bearer TOKEN",
                    Map.of()));
        }
        if (access == Access.OPERATE && !equal(operate, shown)) {
            return Optional.of(new Problem(
                    "operator-required",
                    403,
                    "The token may only read",
                    operate.isPresent()
                            ? "this needs the token of http.operate.token"
                            : "nobody may do this over HTTP: http.operate.token is not set on this instance",
                    Map.of()));
        }
        return Optional.empty();
    }

    private static @Nullable String shown(@Nullable String header) {
        if (header != null && header.regionMatches(true, 0, BEARER, 0, BEARER.length())) {
            return header.substring(BEARER.length()).strip();
        }
        return null;
    }

    /** In a time that does not depend on where the two differ. */
    private static boolean equal(Optional<String> token, String shown) {
        return token.isPresent()
                && MessageDigest.isEqual(
                        token.get().getBytes(StandardCharsets.UTF_8), shown.getBytes(StandardCharsets.UTF_8));
    }

    /** Says nothing of the tokens. */
    @Override
    public String toString() {
        return "BearerCredentials[read=" + read.isPresent() + ", operate=" + operate.isPresent() + "]";
    }
}
