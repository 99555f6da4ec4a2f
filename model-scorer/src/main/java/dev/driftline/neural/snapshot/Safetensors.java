package dev.driftline.neural.snapshot;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.driftline.neural.Tensor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Tensors in the safetensors format (<a href="https://github.com/huggingface/safetensors#format">its description</a>):
 * eight bytes with the length of a JSON header, the header with name, type, shape and place of each tensor, then the numbers,
 * little-endian, one tensor after the other. Immutable.
 *
 * <p>Written as float32, in the order given, with sorted metadata: the same content is the same bytes. Read from float16,
 * bfloat16, float32 and float64, the last rounded to float32.
 *
 * <p>The format is small and fixed, and there is no Java library of it that checks what it reads. Reading and writing are
 * {@link SafetensorsReader} and {@link SafetensorsWriter}.
 *
 * @param metadata text by name
 * @param tensors in the order of their numbers in the file
 */
public record Safetensors(Map<String, String> metadata, List<Tensor> tensors) {

    /** Limit on the header in bytes, the same as in the format's own library. */
    public static final int MAX_HEADER_BYTES = 100_000_000;

    /** The name of the metadata in the header. */
    static final String METADATA = "__metadata__";

    static final ObjectMapper JSON = new ObjectMapper(JsonFactory.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(16)
                            .maxStringLength(MAX_HEADER_BYTES)
                            .build())
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    /**
     * Copies the lists.
     *
     * @throws IllegalArgumentException if two tensors have one name, or one has the name of the metadata
     */
    public Safetensors {
        metadata = Collections.unmodifiableMap(new TreeMap<>(metadata));
        tensors = List.copyOf(tensors);
        Set<String> names = new HashSet<>();
        for (Tensor tensor : tensors) {
            if (tensor.name().equals(METADATA) || !names.add(tensor.name())) {
                throw new IllegalArgumentException(
                        "a second tensor of that name, or a reserved name: " + tensor.name());
            }
        }
    }

    /**
     * The file in memory.
     *
     * @throws IllegalArgumentException if it would be larger than an array can be, 2 GiB
     */
    public byte[] toBytes() {
        byte[] header = SafetensorsWriter.header(this);
        long size = 8L + header.length;
        for (Tensor tensor : tensors) {
            size += 4L * tensor.data().length;
        }
        if (size > Integer.MAX_VALUE - 8) {
            throw new IllegalArgumentException("a network of " + size + " bytes does not fit into an array of 2 GiB");
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream((int) size);
        try {
            SafetensorsWriter.write(this, header, out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    /** Writes the file to {@code out}, which stays open. */
    public void write(OutputStream out) throws IOException {
        SafetensorsWriter.write(this, SafetensorsWriter.header(this), out);
    }

    /**
     * Reads a file in memory.
     *
     * @throws InvalidSnapshotException if it is not a whole and correct safetensors file
     */
    public static Safetensors read(byte[] bytes) {
        try {
            return SafetensorsReader.read(new SafetensorsSource.InMemory(bytes));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Reads a file.
     *
     * @throws IOException if it cannot be read
     * @throws InvalidSnapshotException if it is not a whole and correct safetensors file; the message names it
     */
    public static Safetensors read(Path file) throws IOException {
        if (Files.isDirectory(file)) {
            throw new InvalidSnapshotException(file + " is a folder, not a safetensors file");
        }
        try (FileChannel channel = FileChannel.open(file)) {
            return SafetensorsReader.read(new SafetensorsSource.InFile(channel));
        } catch (InvalidSnapshotException e) {
            throw new InvalidSnapshotException(file + ": " + e.getMessage(), e);
        }
    }
}
