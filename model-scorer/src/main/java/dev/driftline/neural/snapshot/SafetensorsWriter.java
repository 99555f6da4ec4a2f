package dev.driftline.neural.snapshot;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.driftline.neural.Tensor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Writes {@link Safetensors}: equal content gives equal bytes. */
final class SafetensorsWriter {

    private static final int PIECE_BYTES = 1 << 16;

    private SafetensorsWriter() {}

    static void write(Safetensors file, byte[] header, OutputStream out) throws IOException {
        out.write(littleEndian(8).putLong(header.length).array());
        out.write(header);
        ByteBuffer piece = littleEndian(PIECE_BYTES);
        for (Tensor tensor : file.tensors()) {
            float[] data = tensor.data();
            for (int from = 0; from < data.length; from += PIECE_BYTES / 4) {
                int count = Math.min(PIECE_BYTES / 4, data.length - from);
                piece.clear().asFloatBuffer().put(data, from, count);
                out.write(piece.array(), 0, 4 * count);
            }
        }
    }

    static byte[] header(Safetensors file) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator json = Safetensors.JSON.createGenerator(bytes)) {
            json.writeStartObject();
            if (!file.metadata().isEmpty()) {
                json.writeObjectField(Safetensors.METADATA, file.metadata());
            }
            long offset = 0;
            for (Tensor tensor : file.tensors()) {
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
        if (bytes.size() > Safetensors.MAX_HEADER_BYTES) {
            throw new IllegalArgumentException(
                    "a header of " + bytes.size() + " bytes: readers accept at most " + Safetensors.MAX_HEADER_BYTES);
        }
        return bytes.toByteArray();
    }

    private static ByteBuffer littleEndian(int capacity) {
        return ByteBuffer.allocate(capacity).order(ByteOrder.LITTLE_ENDIAN);
    }
}
