package dev.driftline.neural.snapshot;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.driftline.corpus.JsonMistake;
import dev.driftline.neural.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Reads {@link Safetensors}, and checks that a file is whole and correct before it allocates what the header asks for. */
final class SafetensorsReader {

    private static final long HEAD = 24;

    private SafetensorsReader() {}

    /**
     * Reads a file.
     *
     * @throws IOException if it cannot be read
     * @throws InvalidSnapshotException if it is not a whole and correct safetensors file
     */
    static Safetensors read(SafetensorsSource source) throws IOException {
        if (source.size() < 8) {
            throw new InvalidSnapshotException("not a safetensors file: " + source.size() + " bytes are too few");
        }
        long length = source.read(0, 8).getLong();
        long bytes = source.size();
        if (length < 2 || length > Safetensors.MAX_HEADER_BYTES || length > source.size() - 8) {
            ByteBuffer head = source.read(0, (int) Math.min(HEAD, source.size()));
            throw new InvalidSnapshotException(OtherFormat.of(head)
                    .map(other -> "not a safetensors file: " + other)
                    .orElseGet(() -> length >= 2 && length <= Safetensors.MAX_HEADER_BYTES
                            ? "cut short, or not a safetensors file: its header should have " + length
                                    + " bytes, and the file has " + (bytes - 8) + " after its length"
                            : "not a safetensors file: it does not begin with the length of a header of 2 to "
                                    + Safetensors.MAX_HEADER_BYTES + " bytes"));
        }
        JsonNode header = header(source.read(8, (int) length));
        Map<String, String> metadata = new TreeMap<>();
        List<StoredTensor> places = new ArrayList<>();
        for (Map.Entry<String, JsonNode> entry : header.properties()) {
            if (entry.getKey().equals(Safetensors.METADATA)) {
                metadata.putAll(metadata(entry.getValue()));
            } else {
                places.add(StoredTensor.of(entry.getKey(), entry.getValue()));
            }
        }
        places.sort(Comparator.comparingLong(StoredTensor::from).thenComparingLong(StoredTensor::to));
        check(places, source.size() - 8 - length);
        List<Tensor> tensors = new ArrayList<>();
        for (StoredTensor place : places) {
            tensors.add(place.load(source, 8 + length));
        }
        return new Safetensors(metadata, tensors);
    }

    private static JsonNode header(ByteBuffer bytes) {
        JsonNode header;
        try {
            header = Safetensors.JSON.readTree(
                    StandardCharsets.UTF_8.decode(bytes).toString());
        } catch (JsonProcessingException e) {
            throw new InvalidSnapshotException(
                    "not a safetensors file: its header is not JSON: " + JsonMistake.of(e), e);
        }
        if (!header.isObject()) {
            throw new InvalidSnapshotException("not a safetensors file: its header is not a JSON object");
        }
        return header;
    }

    private static Map<String, String> metadata(JsonNode node) {
        Map<String, String> metadata = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> entry : node.properties()) {
            if (!entry.getValue().isTextual()) {
                throw new InvalidSnapshotException("the metadata " + entry.getKey() + " is not text");
            }
            metadata.put(entry.getKey(), entry.getValue().textValue());
        }
        return metadata;
    }

    private static void check(List<StoredTensor> places, long size) {
        long at = 0;
        String before = "the header";
        for (StoredTensor place : places) {
            if (place.from() < at) {
                throw new InvalidSnapshotException(place.name() + " overlaps " + before);
            }
            if (place.from() > at) {
                throw new InvalidSnapshotException(
                        (place.from() - at) + " bytes between " + before + " and " + place.name() + " belong to none");
            }
            if (place.to() > size) {
                throw new InvalidSnapshotException("cut short: " + place.name() + " ends at byte " + place.to()
                        + " of the numbers, of which there are " + size);
            }
            at = place.to();
            before = place.name();
        }
        if (at != size) {
            throw new InvalidSnapshotException((size - at) + " bytes follow the last tensor");
        }
    }
}
