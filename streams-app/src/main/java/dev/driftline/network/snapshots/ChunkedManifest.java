package dev.driftline.network.snapshots;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.driftline.neural.snapshot.InvalidSnapshotException;
import dev.driftline.neural.snapshot.SnapshotDescription;
import dev.driftline.neural.snapshot.SnapshotJson;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The record that follows the chunks of a snapshot: what it is, and how to check that it is complete.
 *
 * @param description what it is
 * @param bytes length of the whole
 * @param sha256 of the whole, 64 hexadecimal digits
 * @param chunks SHA-256 of each chunk in order
 */
record ChunkedManifest(SnapshotDescription description, int bytes, String sha256, List<String> chunks) {

    private static final Pattern SHA_256 = Pattern.compile("[0-9a-f]{64}");

    ChunkedManifest {
        chunks = List.copyOf(chunks);
    }

    String toJson() {
        ObjectNode json = SnapshotJson.of(description);
        ObjectNode content = json.putObject("content");
        content.put("bytes", bytes);
        content.put("sha256", sha256);
        content.put("chunkBytes", SnapshotMessages.CHUNK_BYTES);
        ArrayNode hashes = content.putArray("chunks");
        chunks.forEach(hashes::add);
        return SnapshotJson.line(json);
    }

    /** @throws InvalidSnapshotException if it is not a manifest that can be followed */
    static ChunkedManifest read(byte[] value) {
        JsonNode json = SnapshotJson.read(new String(value, StandardCharsets.UTF_8), "the manifest");
        SnapshotDescription description = SnapshotJson.description(json);
        JsonNode content = json.path("content");
        int bytes =
                content.path("bytes").canConvertToInt() ? content.path("bytes").intValue() : 0;
        String sha256 = content.path("sha256").asText("");
        List<String> chunks = new ArrayList<>();
        content.path("chunks").forEach(hash -> chunks.add(hash.asText("")));
        int expected = (int) ((bytes + (long) SnapshotMessages.CHUNK_BYTES - 1) / SnapshotMessages.CHUNK_BYTES);
        if (bytes < 1
                || content.path("chunkBytes").asInt() != SnapshotMessages.CHUNK_BYTES
                || chunks.size() != expected
                || !SHA_256.matcher(sha256).matches()
                || !chunks.stream().allMatch(hash -> SHA_256.matcher(hash).matches())) {
            throw new InvalidSnapshotException("the manifest does not say which chunks make up the snapshot");
        }
        return new ChunkedManifest(description, bytes, sha256, chunks);
    }

    /** How many bytes chunk {@code index} has. */
    int size(int index) {
        return Math.min(SnapshotMessages.CHUNK_BYTES, bytes - index * SnapshotMessages.CHUNK_BYTES);
    }
}
