package dev.driftline.network.snapshots;

import com.fasterxml.jackson.databind.JsonNode;
import dev.driftline.neural.snapshot.InvalidSnapshotException;
import dev.driftline.neural.snapshot.Sha256;
import dev.driftline.neural.snapshot.Snapshot;
import dev.driftline.neural.snapshot.SnapshotBytes;
import dev.driftline.neural.snapshot.SnapshotJson;
import dev.driftline.neural.snapshot.SnapshotVersion;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The snapshots that the records of the snapshots topic make up. Accepts any order that compaction, tombstones, repetitions
 * and crashed writers leave: chunks without a manifest are not a snapshot, a manifest without all its chunks is a torn one.
 * Thread-safe.
 */
public final class SnapshotCatalog {

    private static final Logger LOG = LoggerFactory.getLogger(SnapshotCatalog.class);

    private static final Comparator<PublishedSnapshot> OLDEST_FIRST = Comparator.comparingLong(
                    (PublishedSnapshot snapshot) -> SnapshotVersion.number(snapshot.version()))
            .thenComparing(PublishedSnapshot::publishedAt)
            .thenComparing(PublishedSnapshot::version);

    private final ChunkStore store;
    private final Map<String, Entry> entries = new HashMap<>();
    private @Nullable String pointer;

    SnapshotCatalog(ChunkStore store) {
        this.store = store;
    }

    private record ChunkSeen(int bytes, String sha256) {}

    private static final class Entry {
        private final Map<Integer, ChunkSeen> chunks = new HashMap<>();
        private @Nullable ChunkedManifest manifest;
        private Instant publishedAt = Instant.EPOCH;
        private @Nullable String unreadable;
        private long revision;

        boolean isEmpty() {
            return chunks.isEmpty() && manifest == null && unreadable == null;
        }

        Optional<String> problem() {
            if (unreadable != null) {
                return Optional.of(unreadable);
            }
            if (manifest == null) {
                return Optional.of("it is torn: its manifest has not arrived");
            }
            for (int i = 0; i < manifest.chunks().size(); i++) {
                ChunkSeen chunk = chunks.get(i);
                if (chunk == null) {
                    return Optional.of("it is torn: chunk " + (i + 1) + " of "
                            + manifest.chunks().size() + " is missing");
                }
                if (chunk.bytes() != manifest.size(i)
                        || !chunk.sha256().equals(manifest.chunks().get(i))) {
                    return Optional.of("it is corrupt: chunk " + (i + 1) + " of "
                            + manifest.chunks().size() + " does not match its manifest");
                }
            }
            return Optional.empty();
        }
    }

    /**
     * Takes in one record. Records with unknown keys are ignored.
     *
     * @param value null for a tombstone
     * @param revision rises from record to record: the offset
     * @param written when it came to the topic
     */
    synchronized void take(String key, byte @Nullable [] value, long revision, Instant written) {
        SnapshotMessages.Key named = SnapshotMessages.Key.of(key);
        if (named instanceof SnapshotMessages.Key.Pointer) {
            point(value);
        } else if (named instanceof SnapshotMessages.Key.Manifest manifest) {
            Entry entry = entry(manifest.version(), revision);
            takeManifest(manifest.version(), entry, value, written);
            forgetIfEmpty(manifest.version(), entry);
        } else if (named instanceof SnapshotMessages.Key.Chunk chunk) {
            Entry entry = entry(chunk.version(), revision);
            takeChunk(chunk, entry, value);
            forgetIfEmpty(chunk.version(), entry);
        } else {
            LOG.debug("Ignored a record of the snapshots topic with the unknown key {}", key);
        }
    }

    private Entry entry(String version, long revision) {
        Entry entry = entries.computeIfAbsent(version, unseen -> new Entry());
        entry.revision = revision;
        return entry;
    }

    private void point(byte @Nullable [] value) {
        if (value == null) {
            pointer = null;
            return;
        }
        try {
            JsonNode json = SnapshotJson.read(new String(value, StandardCharsets.UTF_8), "the pointer");
            pointer = SnapshotVersion.check(json.path("version").textValue());
        } catch (InvalidSnapshotException e) {
            // Keep the active snapshot: a dangling pointer must not disable the network.
            LOG.error("Ignored a pointer to the active snapshot that cannot be read: {}", e.getMessage());
        }
    }

    private static void takeManifest(String version, Entry entry, byte @Nullable [] value, Instant written) {
        entry.unreadable = null;
        entry.manifest = null;
        if (value == null) {
            return;
        }
        try {
            ChunkedManifest manifest = ChunkedManifest.read(value);
            if (!manifest.description().version().equals(version)) {
                throw new InvalidSnapshotException(
                        "its manifest is that of " + manifest.description().version());
            }
            entry.manifest = manifest;
            entry.publishedAt = written;
        } catch (InvalidSnapshotException e) {
            entry.unreadable = e.getMessage();
        }
    }

    private void takeChunk(SnapshotMessages.Key.Chunk chunk, Entry entry, byte @Nullable [] value) {
        if (value == null || value.length > SnapshotMessages.CHUNK_BYTES) {
            entry.chunks.remove(chunk.index());
            return;
        }
        try {
            store.put(chunk.version(), chunk.index(), value);
            entry.chunks.put(chunk.index(), new ChunkSeen(value.length, Sha256.hex(Sha256.of(value))));
        } catch (IOException e) {
            LOG.error("Cannot keep chunk {} of snapshot {}", chunk.index(), chunk.version(), e);
            entry.chunks.remove(chunk.index());
        }
    }

    private void forgetIfEmpty(String version, Entry entry) {
        if (entry.isEmpty()) {
            entries.remove(version);
            try {
                store.drop(version);
            } catch (IOException e) {
                LOG.warn("Cannot delete the chunks of snapshot {}", version, e);
            }
        }
    }

    /** The version that the pointer names; empty if none was ever made active. */
    public synchronized Optional<String> pointer() {
        return Optional.ofNullable(pointer);
    }

    /** Changes whenever something about {@code version} was written; −1 if there is nothing. */
    synchronized long revision(String version) {
        Entry entry = entries.get(version);
        return entry == null ? -1 : entry.revision;
    }

    /** Every snapshot with a manifest that can be read, the oldest first. */
    public synchronized List<PublishedSnapshot> list() {
        List<PublishedSnapshot> list = new ArrayList<>();
        entries.forEach((version, entry) -> {
            if (entry.manifest != null) {
                list.add(new PublishedSnapshot(
                        entry.manifest.description(),
                        entry.manifest.bytes(),
                        entry.manifest.chunks().size(),
                        entry.manifest.sha256(),
                        entry.publishedAt,
                        version.equals(pointer),
                        entry.problem()));
            }
        });
        list.sort(OLDEST_FIRST);
        return List.copyOf(list);
    }

    /** What is known of {@code version}, if it has a manifest that can be read. */
    public Optional<PublishedSnapshot> find(String version) {
        return list().stream()
                .filter(snapshot -> snapshot.version().equals(version))
                .findFirst();
    }

    /** Why {@code version} cannot be used; empty if it is complete. */
    public synchronized Optional<String> problem(String version) {
        Entry entry = entries.get(version);
        return entry == null ? Optional.of("it is not on the topic") : entry.problem();
    }

    /**
     * Puts a snapshot together and checks all of it.
     *
     * @throws InvalidSnapshotException if it is not there, torn or corrupt
     * @throws UncheckedIOException if its chunks cannot be read back
     */
    public Snapshot load(String version) {
        ChunkedManifest manifest;
        synchronized (this) {
            Optional<String> problem = problem(version);
            if (problem.isPresent()) {
                throw new InvalidSnapshotException("snapshot " + version + ": " + problem.get());
            }
            Entry entry = entries.get(version);
            if (entry == null || entry.manifest == null) {
                throw new InvalidSnapshotException("snapshot " + version + " is not there");
            }
            manifest = entry.manifest;
        }
        byte[] bytes;
        try {
            bytes = store.read(version, manifest.bytes());
        } catch (NoSuchFileException e) {
            throw new InvalidSnapshotException("snapshot " + version + " is not kept here", e);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the chunks of snapshot " + version, e);
        }
        if (!Sha256.hex(Sha256.of(bytes)).equals(manifest.sha256())) {
            throw new InvalidSnapshotException(
                    "snapshot " + version + " is corrupt: its SHA-256 is not that of its manifest");
        }
        Snapshot snapshot;
        try {
            snapshot = SnapshotBytes.decode(bytes);
        } catch (InvalidSnapshotException e) {
            throw new InvalidSnapshotException("snapshot " + version + ": " + e.getMessage(), e);
        }
        if (!snapshot.version().equals(version)) {
            throw new InvalidSnapshotException("snapshot " + version + " says that it is " + snapshot.version());
        }
        return snapshot;
    }

    /** Forgets everything, to be read again. */
    synchronized void clear() {
        entries.clear();
        pointer = null;
        try {
            store.clear();
        } catch (IOException e) {
            LOG.warn("Cannot delete the chunks of snapshots", e);
        }
    }
}
