package dev.driftline.network.snapshots;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.driftline.neural.snapshot.Sha256;
import dev.driftline.neural.snapshot.Snapshot;
import dev.driftline.neural.snapshot.SnapshotBytes;
import dev.driftline.neural.snapshot.SnapshotDescription;
import dev.driftline.neural.snapshot.SnapshotJson;
import dev.driftline.neural.snapshot.SnapshotVersion;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Snapshots as records of the snapshots topic: chunks of at most 512 KiB, then the manifest with the SHA-256 of each and
 * of the whole; and the pointer to the active one. Keys are text: {@code VERSION/chunk/00003}, {@code VERSION/manifest},
 * {@code active}. Values are the bytes of a chunk, or JSON in UTF-8.
 */
public final class SnapshotMessages {

    /** Most bytes of a chunk; all but the last have as many. */
    public static final int CHUNK_BYTES = 512 * 1024;

    /** Most chunks of a snapshot, 2 GiB: what an array holds. */
    public static final int MAX_CHUNKS = 4096;

    /** The key of the pointer. */
    public static final String ACTIVE = "active";

    private static final String MANIFEST_PART = "/manifest";
    private static final String CHUNK_PART = "/chunk/";

    /** A record of the snapshots topic; a null value is a tombstone. */
    public record Message(String key, byte @Nullable [] value) {}

    private SnapshotMessages() {}

    /** Everything that publishes {@code snapshot}, in the order in which it must be sent. */
    public static List<Message> publish(Snapshot snapshot) {
        String version = SnapshotVersion.check(snapshot.version());
        byte[] bytes = SnapshotBytes.encode(snapshot);
        List<Message> messages = new ArrayList<>();
        List<String> hashes = new ArrayList<>();
        for (int from = 0; from < bytes.length; from += CHUNK_BYTES) {
            byte[] chunk = Arrays.copyOfRange(bytes, from, Math.min(bytes.length, from + CHUNK_BYTES));
            messages.add(new Message(chunkKey(version, hashes.size()), chunk));
            hashes.add(Sha256.hex(Sha256.of(chunk)));
        }
        ChunkedManifest manifest = new ChunkedManifest(
                SnapshotDescription.of(snapshot), bytes.length, Sha256.hex(Sha256.of(bytes)), hashes);
        messages.add(new Message(manifestKey(version), manifest.toJson().getBytes(StandardCharsets.UTF_8)));
        return messages;
    }

    /** Makes {@code version} the active one. */
    public static Message activate(String version) {
        ObjectNode pointer = SnapshotJson.object();
        pointer.put("version", SnapshotVersion.check(version));
        return new Message(ACTIVE, SnapshotJson.line(pointer).getBytes(StandardCharsets.UTF_8));
    }

    /** Makes none the active one: a tombstone of the pointer. */
    public static Message deactivate() {
        return new Message(ACTIVE, null);
    }

    /** Takes {@code snapshot} off the topic: tombstones for its manifest, then its chunks. */
    public static List<Message> remove(Snapshot snapshot) {
        int bytes = SnapshotBytes.encode(snapshot).length;
        return remove(snapshot.version(), (bytes + CHUNK_BYTES - 1) / CHUNK_BYTES);
    }

    /** Takes a snapshot of {@code chunks} chunks off the topic: tombstones for its manifest, then its chunks. */
    public static List<Message> remove(String version, int chunks) {
        List<Message> messages = new ArrayList<>();
        messages.add(new Message(manifestKey(version), null));
        for (int chunk = 0; chunk < chunks; chunk++) {
            messages.add(new Message(chunkKey(version, chunk), null));
        }
        return messages;
    }

    /**
     * Removes snapshots from the topic: all but the active one, its parent, and the newest.
     *
     * @param published what is there, the oldest first, as {@link SnapshotFollower#list()} has it
     * @param active the version that is active, or is to be; null for none
     * @param keep how many of the newest stay
     */
    public static List<Message> removeOld(List<PublishedSnapshot> published, @Nullable String active, int keep) {
        Set<String> kept = new HashSet<>();
        for (int i = Math.max(0, published.size() - keep); i < published.size(); i++) {
            kept.add(published.get(i).version());
        }
        for (PublishedSnapshot snapshot : published) {
            if (snapshot.version().equals(active)) {
                kept.add(active);
                kept.add(snapshot.description().manifest().parent());
            }
        }
        List<Message> messages = new ArrayList<>();
        for (PublishedSnapshot snapshot : published) {
            if (!kept.contains(snapshot.version())) {
                messages.addAll(remove(snapshot.version(), snapshot.chunks()));
            }
        }
        return messages;
    }

    /** Whether {@code message} is a chunk of a snapshot that is being published. */
    static boolean isChunk(Message message) {
        return message.value() != null && message.key().contains(CHUNK_PART);
    }

    static String manifestKey(String version) {
        return version + MANIFEST_PART;
    }

    static String chunkKey(String version, int chunk) {
        if (chunk >= MAX_CHUNKS) {
            throw new IllegalArgumentException("a snapshot has at most " + MAX_CHUNKS + " chunks");
        }
        return String.format(Locale.ROOT, "%s%s%05d", version, CHUNK_PART, chunk);
    }

    /** What a key names. */
    sealed interface Key {
        /** The pointer. */
        record Pointer() implements Key {}

        /** The manifest of a version. */
        record Manifest(String version) implements Key {}

        /** A chunk of a version. */
        record Chunk(String version, int index) implements Key {}

        /** Nothing that this version of Driftline knows. */
        record Other() implements Key {}

        /** Reads a key of the topic. */
        static Key of(String key) {
            if (key.equals(ACTIVE)) {
                return new Pointer();
            }
            int slash = key.indexOf('/');
            if (slash > 0) {
                String version = key.substring(0, slash);
                String part = key.substring(slash);
                try {
                    SnapshotVersion.check(version);
                } catch (IllegalArgumentException e) {
                    return new Other();
                }
                if (part.equals(MANIFEST_PART)) {
                    return new Manifest(version);
                }
                if (part.matches(CHUNK_PART + "\\d{5}")) {
                    int index = Integer.parseInt(part.substring(CHUNK_PART.length()));
                    return index < MAX_CHUNKS ? new Chunk(version, index) : new Other();
                }
            }
            return new Other();
        }
    }
}
