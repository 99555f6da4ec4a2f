package dev.driftline.text;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.ServiceLoader;

/**
 * The files of subword models. A model is known by the SHA-256 of its file: a file that has changed is another model, and the
 * same file elsewhere is the same. Models that were read are kept, a few of them. Thread-safe.
 */
final class SubwordFiles {

    /** Of a file. The largest vocabularies in use, of 260,000 pieces, take half of it. */
    static final int MOST_BYTES = 64 << 20;

    private static final int KEPT = 4;

    private record Stamp(Path file, long bytes, FileTime changed) {}

    private static final SubwordFiles SHARED = new SubwordFiles();

    private final Map<String, SubwordModel> models = bounded();
    private final Map<Stamp, String> hashes = bounded();

    SubwordFiles() {}

    private static <K, V> Map<K, V> bounded() {
        return new LinkedHashMap<>(8, 0.75f, true) {
            @Override
            protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
                return size() > KEPT;
            }
        };
    }

    /**
     * The name with the hash of its file and the file's full path.
     *
     * @throws IllegalArgumentException if the file cannot be read, or has another hash than the name says, or no reader is on
     *     the class path
     */
    static TokenizerName withHash(TokenizerName name) {
        reader();
        return SHARED.hashed(name);
    }

    /**
     * The model that the name names.
     *
     * @throws IllegalArgumentException if it cannot be read, its hash is another, or no reader is on the class path
     */
    static SubwordModel open(TokenizerName name) {
        return SHARED.model(name);
    }

    synchronized TokenizerName hashed(TokenizerName name) {
        Path file = path(name);
        try {
            Stamp stamp = new Stamp(file, Files.size(file), Files.getLastModifiedTime(file));
            String hash = hashes.get(stamp);
            if (hash == null) {
                hash = hash(bytes(file));
                hashes.put(stamp, hash);
            }
            requireHash(name, file, hash);
            return new TokenizerName(name.base(), name.steps(), file.toString(), hash);
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    private synchronized SubwordModel model(TokenizerName name) {
        SubwordModel kept = models.get(name.hash());
        if (kept != null) {
            return kept;
        }
        Path file = path(name);
        try {
            byte[] bytes = bytes(file);
            String hash = hash(bytes);
            requireHash(name, file, hash);
            SubwordModel model = models.get(hash);
            if (model == null) {
                model = read(file, bytes);
                models.put(hash, model);
            }
            return model;
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    private static SubwordModel read(Path file, byte[] bytes) {
        try {
            return reader().read(bytes);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("the subword model " + file + " cannot be read: " + e.getMessage(), e);
        }
    }

    private static SubwordModel.Reader reader() {
        return ServiceLoader.load(SubwordModel.Reader.class)
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "subword models need the library of Driftline's module subword-tokenizers, which is not on the"
                                + " class path: add its jar and the jars that it needs, or choose another tokenizer"));
    }

    private static Path path(TokenizerName name) {
        return Path.of(name.file()).toAbsolutePath().normalize();
    }

    private static byte[] bytes(Path file) throws IOException {
        if (Files.isDirectory(file)) {
            throw new IllegalArgumentException(
                    "the subword model " + file + " is a folder: name the tokenizer.json or the .model in it");
        }
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(MOST_BYTES + 1);
            if (bytes.length > MOST_BYTES) {
                throw new IllegalArgumentException("the subword model " + file + " is larger than " + (MOST_BYTES >> 20)
                        + " MiB: name a tokenizer.json or a .model of SentencePiece, not the weights of a network");
            }
            return bytes;
        }
    }

    private static void requireHash(TokenizerName name, Path file, String hash) {
        if (!name.hash().isEmpty() && !name.hash().equals(hash)) {
            throw new IllegalArgumentException("the subword model " + file + " has the SHA-256 " + hash
                    + ", and the text was cut by one with " + name.hash()
                    + ": give the file of then, as subword:FILE");
        }
    }

    private static IllegalArgumentException unreadable(Path file, IOException e) {
        String why = e instanceof NoSuchFileException ? "there is no such file" : String.valueOf(e.getMessage());
        return new IllegalArgumentException(
                "the subword model " + file + " cannot be read: " + why + ": give its place, as subword:FILE", e);
    }

    private static String hash(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
