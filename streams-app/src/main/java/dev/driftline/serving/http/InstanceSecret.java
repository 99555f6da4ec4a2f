package dev.driftline.serving.http;

import dev.driftline.config.DriftlineConfig;
import dev.driftline.config.keys.AccessKeys;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * What instances of one service share, so that each can tell another from a stranger. The secret is never sent, since the
 * addresses of other instances come from the consumer group, where whoever may join it can write. What is sent is an HMAC-SHA256
 * over the address that is asked, the time, a number used once, and the digest of the body: it proves nothing to any other
 * address, for any other message, or {@link #FRESH} later. The answer carries one, too, over that number and its own digest.
 *
 * <p>A proof is {@code Authorization: Driftline-Instance SECONDS NUMBER DIGEST PROOF}. Thread-safe.
 */
public final class InstanceSecret {

    /** The header of an answer with its proof. */
    public static final String ANSWER_HEADER = "Driftline-Answer-Proof";

    /** By how much the clocks of two instances may differ. */
    static final Duration FRESH = Duration.ofMinutes(5);

    private static final String SCHEME = "Driftline-Instance ";
    private static final String ALGORITHM = "HmacSHA256";
    private static final byte[] PURPOSE = "driftline instance 1".getBytes(StandardCharsets.UTF_8);
    private static final HexFormat HEX = HexFormat.of();

    private final byte[] key;
    private final SecureRandom random = new SecureRandom();

    /** @param secret at least as long as a token */
    public InstanceSecret(String secret) {
        // Derived, so that a proof says nothing of a token from which the secret comes by default.
        key = mac(secret.getBytes(StandardCharsets.UTF_8), PURPOSE);
    }

    /** That of the settings, else of the token for operators; empty where there is neither. */
    static Optional<InstanceSecret> of(DriftlineConfig config, BearerCredentials credentials) {
        return BearerCredentials.secret(AccessKeys.INSTANCE_SECRET, config)
                .or(credentials::operate)
                .map(InstanceSecret::new);
    }

    /**
     * The proof of a message.
     *
     * @param header value of {@code Authorization}
     * @param number used once, which the proof of the answer repeats
     */
    public record Proof(String header, String number) {}

    /**
     * Proves that a message comes from an instance.
     *
     * @param target {@code host:port} of the instance that is asked
     */
    public Proof prove(String target, byte[] message) {
        byte[] number = new byte[16];
        random.nextBytes(number);
        String said = Instant.now().getEpochSecond() + " " + HEX.formatHex(number) + " " + digest(message);
        return new Proof(SCHEME + said + " " + mac(target + " " + said), HEX.formatHex(number));
    }

    /**
     * Why a message is not believed to come from an instance; empty if it is. Looks at the header alone: see {@link #isOf} for the
     * message.
     *
     * @param header value of {@code Authorization}; null if there is none
     * @param self {@code host:port} of this instance, as the others know it
     */
    Optional<String> doubt(@Nullable String header, String self) {
        if (header == null || !header.startsWith(SCHEME)) {
            return Optional.of("it has no proof of another instance; tokens do not count here");
        }
        String[] parts = header.substring(SCHEME.length()).split(" ", -1);
        if (parts.length != 4 || !equal(mac(self + " " + parts[0] + " " + parts[1] + " " + parts[2]), parts[3])) {
            return Optional.of("its proof is not one for " + self + ": " + AccessKeys.INSTANCE_SECRET.name()
                    + " (or else http.operate.token) must be the same on all instances");
        }
        long seconds = Long.parseLong(parts[0]);
        long now = Instant.now().getEpochSecond();
        return Math.abs(now - seconds) <= FRESH.toSeconds()
                ? Optional.empty()
                : Optional.of("its proof is of " + Instant.ofEpochSecond(seconds) + " and it is "
                        + Instant.ofEpochSecond(now) + " here: set the clocks");
    }

    /** Whether a proof that {@link #doubt} found good is of this message. */
    static boolean isOf(String header, byte[] message) {
        return equal(header.substring(SCHEME.length()).split(" ", -1)[2], digest(message));
    }

    /** The number of a proof that {@link #doubt} found good. */
    public static String numberOf(String header) {
        return header.substring(SCHEME.length()).split(" ", -1)[1];
    }

    /** Proves that an answer comes from an instance. */
    public String proveAnswer(String number, byte[] answer) {
        return mac("answer " + number + " " + digest(answer));
    }

    /** Whether an answer comes from an instance. */
    public boolean believes(String number, byte[] answer, @Nullable String proof) {
        return proof != null && equal(proveAnswer(number, answer), proof);
    }

    private String mac(String text) {
        return HEX.formatHex(mac(key, text.getBytes(StandardCharsets.UTF_8)));
    }

    private static byte[] mac(byte[] key, byte[] message) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(key, ALGORITHM));
            return mac.doFinal(message);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has " + ALGORITHM, e);
        }
    }

    private static String digest(byte[] message) {
        try {
            return HEX.formatHex(MessageDigest.getInstance("SHA-256").digest(message));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /** In a time that does not depend on where the two differ. */
    private static boolean equal(String one, String other) {
        return MessageDigest.isEqual(one.getBytes(StandardCharsets.UTF_8), other.getBytes(StandardCharsets.UTF_8));
    }

    /** Says nothing of the secret. */
    @Override
    public String toString() {
        return "InstanceSecret";
    }
}
