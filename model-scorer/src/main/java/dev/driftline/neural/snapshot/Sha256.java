package dev.driftline.neural.snapshot;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** SHA-256 of the parts of snapshots. */
public final class Sha256 {

    private Sha256() {}

    /** A new digest. */
    public static MessageDigest digest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /** The 32 bytes of the hash of {@code bytes}. */
    public static byte[] of(byte[] bytes) {
        return digest().digest(bytes);
    }

    /** The 32 bytes of the hash of a part of {@code bytes}. */
    public static byte[] of(byte[] bytes, int offset, int length) {
        MessageDigest digest = digest();
        digest.update(bytes, offset, length);
        return digest.digest();
    }

    /** The 32 bytes of the hash of a file, without building the file in memory. */
    static byte[] of(Safetensors tensors) {
        DigestOutputStream out = new DigestOutputStream(OutputStream.nullOutputStream(), digest());
        try {
            tensors.write(out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.getMessageDigest().digest();
    }

    /** {@code hash} as 64 lower-case hexadecimal digits. */
    public static String hex(byte[] hash) {
        return HexFormat.of().formatHex(hash);
    }
}
