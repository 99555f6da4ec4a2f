package dev.driftline.neural.snapshot;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.driftline.corpus.TextInput;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Snapshots on disk, for people and for PyTorch: a folder with {@value #WEIGHTS} (in the layout of {@link TorchLayout}),
 * {@value #MANIFEST} and {@value #VOCABULARY} (a JSON array, a word a line), or one {@code .safetensors} file with all of
 * it. A snapshot is written under another name and moved into place when complete, so a reader never sees part of one.
 */
public final class SnapshotFolder {

    /** The weights. */
    public static final String WEIGHTS = "model.safetensors";

    /** The description, and the SHA-256 of the other two files. */
    public static final String MANIFEST = "manifest.json";

    /** The words by index. */
    public static final String VOCABULARY = "vocabulary.json";

    private static final Set<String> FILES = Set.of(WEIGHTS, MANIFEST, VOCABULARY);

    private static final int MOST_TEXT_BYTES = 1 << 28;

    private SnapshotFolder() {}

    /**
     * Writes {@code snapshot} to one file or to a folder, which is created with its parents. An existing snapshot is
     * replaced.
     *
     * @param path one file if it ends in {@code .safetensors}, else a folder
     * @throws FileAlreadyExistsException if something other than a snapshot is there
     */
    public static void write(Snapshot snapshot, Path path) throws IOException {
        Path target = path.toAbsolutePath().normalize();
        if (target.getParent() == null) {
            throw new IOException(path + " cannot be a snapshot: it has no parent folder");
        }
        Files.createDirectories(target.getParent());
        Path temporary =
                target.resolveSibling("." + target.getFileName() + "." + Long.toHexString(System.nanoTime()) + ".part");
        try {
            if (SnapshotBytes.isFileName(target)) {
                if (Files.isDirectory(target)) {
                    throw new FileAlreadyExistsException(path + " is a folder");
                }
                writeFile(temporary, out -> SnapshotBytes.forTorch(snapshot).write(out));
                move(temporary, target);
            } else {
                requireReplaceable(path, target);
                Files.createDirectory(temporary);
                writeFiles(snapshot, temporary);
                replace(temporary, target);
            }
        } finally {
            deleteAll(temporary);
        }
    }

    /**
     * Checks what stands in the way of {@link #write}, before a snapshot is made.
     *
     * @throws IOException if something other than a snapshot is at {@code path}
     */
    public static void requireWritable(Path path) throws IOException {
        Path target = path.toAbsolutePath().normalize();
        if (!SnapshotBytes.isFileName(target)) {
            requireReplaceable(path, target);
        } else if (Files.isDirectory(target)) {
            throw new FileAlreadyExistsException(path + " is a folder");
        }
    }

    private static void writeFiles(Snapshot snapshot, Path folder) throws IOException {
        writeFile(
                folder.resolve(WEIGHTS),
                out -> new Safetensors(Map.of("format", "pt"), TorchLayout.expand(snapshot.network())).write(out));
        writeFile(
                folder.resolve(VOCABULARY),
                out -> out.write(
                        wordALine(snapshot.network().vocabulary().words()).getBytes(StandardCharsets.UTF_8)));
        ObjectNode manifest = SnapshotJson.of(SnapshotDescription.of(snapshot));
        manifest.put("vocabulary", VOCABULARY);
        ObjectNode files = manifest.putObject("files");
        for (String name : List.of(WEIGHTS, VOCABULARY)) {
            ObjectNode file = files.putObject(name);
            file.put("bytes", Files.size(folder.resolve(name)));
            file.put("sha256", hash(folder.resolve(name)));
        }
        writeFile(
                folder.resolve(MANIFEST),
                out -> out.write((SnapshotJson.pretty(manifest) + "\n").getBytes(StandardCharsets.UTF_8)));
    }

    private static String wordALine(List<String> words) {
        return words.stream()
                .map(word -> SnapshotJson.line(TextNode.valueOf(word)))
                .collect(Collectors.joining(",\n", "[\n", "\n]\n"));
    }

    /**
     * Reads a snapshot written by Driftline and checks it against its hashes.
     *
     * @param path a folder, or one file
     * @throws NoSuchFileException if a file is missing
     * @throws InvalidSnapshotException if it is not whole and correct; the message names the file
     */
    public static Snapshot read(Path path) throws IOException {
        if (!Files.isDirectory(path)) {
            Safetensors file = Safetensors.read(path);
            return naming(path, () -> SnapshotBytes.decode(file));
        }
        JsonNode manifest = manifest(path);
        for (String name : List.of(WEIGHTS, VOCABULARY)) {
            JsonNode file = manifest.path("files").path(name);
            Path written = path.resolve(name);
            if (!Files.exists(written)) {
                throw new NoSuchFileException(written.toString());
            }
            if (Files.size(written) != file.path("bytes").asLong(-1)) {
                throw new InvalidSnapshotException(written + " has " + Files.size(written) + " bytes, " + MANIFEST
                        + " says " + file.path("bytes").asText("nothing"));
            }
            if (!hash(written).equals(file.path("sha256").asText())) {
                throw new InvalidSnapshotException(
                        written + " has changed since it was written: its SHA-256 is not the one in " + MANIFEST
                                + ". If that was on purpose, import it with `driftline snapshots import`");
            }
        }
        SnapshotDescription description = naming(path.resolve(MANIFEST), () -> SnapshotJson.description(manifest));
        List<String> words = words(path.resolve(VOCABULARY));
        Safetensors weights = Safetensors.read(path.resolve(WEIGHTS));
        return naming(path, () -> SnapshotBytes.assemble(description, words, weights.tensors()));
    }

    /**
     * Reads only the description of a snapshot.
     *
     * @param path a folder, or one file
     */
    public static SnapshotDescription describe(Path path) throws IOException {
        if (!Files.isDirectory(path)) {
            return SnapshotDescription.of(read(path));
        }
        JsonNode manifest = manifest(path);
        return naming(path.resolve(MANIFEST), () -> SnapshotJson.description(manifest));
    }

    static JsonNode manifest(Path folder) throws IOException {
        Path file = folder.resolve(MANIFEST);
        if (!Files.exists(file)) {
            throw new InvalidSnapshotException(folder + " is not a snapshot: it does not contain " + MANIFEST);
        }
        return SnapshotJson.read(TextInput.read(file, MOST_TEXT_BYTES), file.toString());
    }

    static List<String> words(Path file) throws IOException {
        String json = TextInput.read(file, MOST_TEXT_BYTES);
        return naming(file, () -> SnapshotJson.vocabulary(json));
    }

    private interface Read<T> {
        T read();
    }

    private static <T> T naming(Path path, Read<T> read) {
        try {
            return read.read();
        } catch (InvalidSnapshotException e) {
            throw new InvalidSnapshotException(path + ": " + e.getMessage(), e);
        }
    }

    private static void requireReplaceable(Path path, Path target) throws IOException {
        if (!Files.exists(target)) {
            return;
        }
        if (!Files.isDirectory(target)) {
            throw new FileAlreadyExistsException(
                    path + " is a file: name a folder, or a file that ends in .safetensors");
        }
        try (Stream<Path> files = Files.list(target)) {
            List<String> others = files.map(file -> file.getFileName().toString())
                    .filter(name -> !FILES.contains(name))
                    .sorted()
                    .toList();
            if (!others.isEmpty()) {
                throw new FileAlreadyExistsException(
                        path + " is a folder with " + others.get(0) + " in it, not a snapshot: name another folder");
            }
        }
    }

    private static void replace(Path complete, Path target) throws IOException {
        if (!Files.exists(target)) {
            move(complete, target);
            return;
        }
        Path old = complete.resolveSibling(complete.getFileName() + ".old");
        move(target, old);
        move(complete, target);
        deleteAll(old);
    }

    private static void move(Path from, Path to) throws IOException {
        try {
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
        } catch (AtomicMoveNotSupportedException e) {
            Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private interface Content {
        void write(OutputStream out) throws IOException;
    }

    private static void writeFile(Path file, Content content) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
                OutputStream out = new BufferedOutputStream(Channels.newOutputStream(channel), 1 << 16)) {
            content.write(out);
            out.flush();
            // Otherwise a crash of the machine could leave the name without the content.
            channel.force(true);
        }
    }

    private static String hash(Path file) throws IOException {
        MessageDigest digest = Sha256.digest();
        try (DigestInputStream in = new DigestInputStream(Files.newInputStream(file), digest)) {
            in.transferTo(OutputStream.nullOutputStream());
        }
        return Sha256.hex(digest.digest());
    }

    private static void deleteAll(Path path) throws IOException {
        if (Files.isDirectory(path)) {
            for (String name : FILES) {
                Files.deleteIfExists(path.resolve(name));
            }
        }
        Files.deleteIfExists(path);
    }
}
