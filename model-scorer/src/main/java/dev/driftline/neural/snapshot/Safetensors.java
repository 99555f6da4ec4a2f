package dev.driftline.neural.snapshot;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.driftline.neural.Tensor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
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
 * @param metadata text by name
 * @param tensors in the order of their numbers in the file
 */
public record Safetensors(Map<String, String> metadata, List<Tensor> tensors) {

    /** Longest header that is read, bytes: what the format's own library accepts. */
    public static final int MAX_HEADER_BYTES = 100_000_000;

    private static final String METADATA = "__metadata__";
    private static final int PIECE_BYTES = 1 << 16;

    private static final ObjectMapper JSON = new ObjectMapper(JsonFactory.builder()
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
                throw new IllegalArgumentException("a second tensor, or one of a reserved name: " + tensor.name());
            }
        }
    }

    /** The tensor called {@code name}, or null. */
    Tensor tensor(String name) {
        for (Tensor tensor : tensors) {
            if (tensor.name().equals(name)) {
                return tensor;
            }
        }
        return null;
    }

    /**
     * The file in memory.
     *
     * @throws IllegalArgumentException if it would be larger than an array can be, 2 GiB
     */
    public byte[] toBytes() {
        byte[] header = header();
        long size = 8L + header.length;
        for (Tensor tensor : tensors) {
            size += 4L * tensor.data().length;
        }
        if (size > Integer.MAX_VALUE - 8) {
            throw new IllegalArgumentException("a network of " + size + " bytes does not fit into an array of 2 GiB");
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream((int) size);
        try {
            write(header, out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    /** Writes the file to {@code out}, which stays open. */
    public void write(OutputStream out) throws IOException {
        write(header(), out);
    }

    private void write(byte[] header, OutputStream out) throws IOException {
        out.write(littleEndian(8).putLong(header.length).array());
        out.write(header);
        ByteBuffer piece = littleEndian(PIECE_BYTES);
        for (Tensor tensor : tensors) {
            float[] data = tensor.data();
            for (int from = 0; from < data.length; from += PIECE_BYTES / 4) {
                int count = Math.min(PIECE_BYTES / 4, data.length - from);
                piece.clear().asFloatBuffer().put(data, from, count);
                out.write(piece.array(), 0, 4 * count);
            }
        }
    }

    private byte[] header() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator json = JSON.createGenerator(bytes)) {
            json.writeStartObject();
            if (!metadata.isEmpty()) {
                json.writeObjectField(METADATA, metadata);
            }
            long offset = 0;
            for (Tensor tensor : tensors) {
                json.writeObjectFieldStart(tensor.name());
                json.writeStringField("dtype", "F32");
                json.writeFieldName("shape");
                json.writeArray(tensor.shape(), 0, tensor.shape().length);
                long end = offset + 4L * tensor.data().length;
                json.writeFieldName("data_offsets");
                json.writeArray(new long[] {offset, end}, 0, 2);
                json.writeEndObject();
                offset = end;
            }
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        // Numbers on a multiple of eight can be mapped by other readers.
        while (bytes.size() % 8 != 0) {
            bytes.write(' ');
        }
        if (bytes.size() > MAX_HEADER_BYTES) {
            throw new IllegalArgumentException(
                    "a header of " + bytes.size() + " bytes: readers accept at most " + MAX_HEADER_BYTES);
        }
        return bytes.toByteArray();
    }

    /**
     * Reads a file in memory.
     *
     * @throws InvalidSnapshotException if it is not a whole and correct safetensors file
     */
    public static Safetensors read(byte[] bytes) {
        try {
            return read(new InMemory(bytes));
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
            return read(new InFile(channel));
        } catch (InvalidSnapshotException e) {
            throw new InvalidSnapshotException(file + ": " + e.getMessage(), e);
        }
    }

    private static Safetensors read(Source source) throws IOException {
        if (source.size() < 8) {
            throw new InvalidSnapshotException("not a safetensors file: " + source.size() + " bytes are too few");
        }
        long length = source.read(0, 8).getLong();
        if (length < 2 || length > MAX_HEADER_BYTES) {
            throw new InvalidSnapshotException("not a safetensors file: a header of " + Long.toUnsignedString(length)
                    + " bytes, where 2 to " + MAX_HEADER_BYTES + " are allowed");
        }
        if (length > source.size() - 8) {
            throw new InvalidSnapshotException("cut short, or not a safetensors file: its header should have " + length
                    + " bytes, and the file has " + (source.size() - 8) + " after its length");
        }
        JsonNode header = header(source.read(8, (int) length));
        Map<String, String> metadata = new TreeMap<>();
        List<Place> places = new ArrayList<>();
        for (Map.Entry<String, JsonNode> entry : header.properties()) {
            if (entry.getKey().equals(METADATA)) {
                metadata.putAll(metadata(entry.getValue()));
            } else {
                places.add(Place.of(entry.getKey(), entry.getValue()));
            }
        }
        places.sort(Comparator.comparingLong(Place::from).thenComparingLong(Place::to));
        check(places, source.size() - 8 - length);
        List<Tensor> tensors = new ArrayList<>();
        for (Place place : places) {
            tensors.add(place.load(source, 8 + length));
        }
        return new Safetensors(metadata, tensors);
    }

    private static JsonNode header(ByteBuffer bytes) {
        JsonNode header;
        try {
            header = JSON.readTree(StandardCharsets.UTF_8.decode(bytes).toString());
        } catch (JsonProcessingException e) {
            throw new InvalidSnapshotException(
                    "not a safetensors file: its header is not JSON: " + e.getOriginalMessage(), e);
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

    private static void check(List<Place> places, long size) {
        long at = 0;
        String before = "the header";
        for (Place place : places) {
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

    /** Where a tensor's numbers are, counted from the end of the header. */
    private record Place(String name, Type type, int[] shape, long from, long to) {

        static Place of(String name, JsonNode node) {
            String dtype = node.path("dtype").asText("");
            Type type = Type.named(dtype);
            if (type == null) {
                throw new InvalidSnapshotException(
                        name + " is of type '" + dtype + "': only F16, BF16, F32 and F64 are read");
            }
            JsonNode sides = node.path("shape");
            JsonNode offsets = node.path("data_offsets");
            if (!sides.isArray()
                    || offsets.size() != 2
                    || !offsets.get(0).isIntegralNumber()
                    || !offsets.get(1).isIntegralNumber()) {
                throw new InvalidSnapshotException(name + " has no shape or no data_offsets");
            }
            int[] shape = new int[sides.size()];
            long count = 1;
            for (int i = 0; i < shape.length; i++) {
                JsonNode side = sides.get(i);
                if (!side.isIntegralNumber() || !side.canConvertToInt() || side.intValue() < 0) {
                    throw new InvalidSnapshotException(name + " has a side of " + side);
                }
                shape[i] = side.intValue();
                count = Math.multiplyHigh(count, shape[i]) == 0 ? count * shape[i] : Long.MAX_VALUE;
            }
            long from = offsets.get(0).canConvertToLong() ? offsets.get(0).longValue() : -1;
            long to = offsets.get(1).canConvertToLong() ? offsets.get(1).longValue() : -1;
            if (from < 0 || to < from) {
                throw new InvalidSnapshotException(name + " is at " + offsets + ": not an offset and a later one");
            }
            if (count < 0 || count > Integer.MAX_VALUE - 8) {
                throw new InvalidSnapshotException(name + " of shape " + sides + " is too large");
            }
            if (to - from != count * type.bytes) {
                throw new InvalidSnapshotException(name + " of shape " + sides + " and type " + dtype + " needs "
                        + count * type.bytes + " bytes, its offsets hold " + (to - from));
            }
            return new Place(name, type, shape, from, to);
        }

        Tensor load(Source source, long base) throws IOException {
            int count = (int) ((to - from) / type.bytes);
            float[] data = new float[count];
            int piece = PIECE_BYTES / type.bytes;
            for (int at = 0; at < count; at += piece) {
                int length = Math.min(piece, count - at);
                ByteBuffer bytes = source.read(base + from + (long) at * type.bytes, length * type.bytes);
                type.read(bytes, data, at, length);
            }
            return new Tensor(name, shape, data);
        }
    }

    private enum Type {
        F16(2) {
            @Override
            void read(ByteBuffer bytes, float[] into, int at, int count) {
                for (int i = 0; i < count; i++) {
                    into[at + i] = half(bytes.getShort());
                }
            }
        },
        BF16(2) {
            @Override
            void read(ByteBuffer bytes, float[] into, int at, int count) {
                for (int i = 0; i < count; i++) {
                    into[at + i] = Float.intBitsToFloat(bytes.getShort() << 16);
                }
            }
        },
        F32(4) {
            @Override
            void read(ByteBuffer bytes, float[] into, int at, int count) {
                bytes.asFloatBuffer().get(into, at, count);
            }
        },
        F64(8) {
            @Override
            void read(ByteBuffer bytes, float[] into, int at, int count) {
                for (int i = 0; i < count; i++) {
                    into[at + i] = (float) bytes.getDouble();
                }
            }
        };

        private final int bytes;

        Type(int bytes) {
            this.bytes = bytes;
        }

        abstract void read(ByteBuffer bytes, float[] into, int at, int count);

        static Type named(String dtype) {
            for (Type type : values()) {
                if (type.name().equals(dtype)) {
                    return type;
                }
            }
            return null;
        }

        /** IEEE 754 binary16 to binary32; {@code Float.float16ToFloat} came with Java 20. */
        private static float half(short bits) {
            int exponent = bits >> 10 & 0x1f;
            int fraction = bits & 0x3ff;
            float magnitude;
            if (exponent == 0) {
                magnitude = fraction * 0x1p-24f;
            } else if (exponent == 31) {
                magnitude = fraction == 0 ? Float.POSITIVE_INFINITY : Float.NaN;
            } else {
                magnitude = Float.intBitsToFloat(exponent - 15 + 127 << 23 | fraction << 13);
            }
            return bits < 0 ? -magnitude : magnitude;
        }
    }

    private static ByteBuffer littleEndian(int capacity) {
        return ByteBuffer.allocate(capacity).order(ByteOrder.LITTLE_ENDIAN);
    }

    private interface Source {
        long size() throws IOException;

        /** {@code length} bytes from {@code at}, little-endian. */
        ByteBuffer read(long at, int length) throws IOException;
    }

    private record InMemory(byte[] bytes) implements Source {
        @Override
        public long size() {
            return bytes.length;
        }

        @Override
        public ByteBuffer read(long at, int length) {
            return ByteBuffer.wrap(bytes, (int) at, length).slice().order(ByteOrder.LITTLE_ENDIAN);
        }
    }

    private record InFile(FileChannel channel) implements Source {
        @Override
        public long size() throws IOException {
            return channel.size();
        }

        @Override
        public ByteBuffer read(long at, int length) throws IOException {
            ByteBuffer buffer = littleEndian(length);
            while (buffer.hasRemaining()) {
                if (channel.read(buffer, at + buffer.position()) < 0) {
                    throw new InvalidSnapshotException("became shorter while it was read");
                }
            }
            return buffer.flip();
        }
    }
}
