package dev.driftline.rows;

import com.github.luben.zstd.Zstd;
import io.airlift.compress.lz4.Lz4Compressor;
import io.airlift.compress.lz4.Lz4Decompressor;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.compression.CompressionCodecFactory;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.xerial.snappy.Snappy;

/**
 * How pages of Parquet are compressed, by libraries that are on the class path anyway: Parquet's own codecs ask for a
 * configuration of Hadoop. Thread-safe.
 */
final class PageCodecs implements CompressionCodecFactory {

    private static final int ZSTD_LEVEL = 3;

    /** The codec to write with beside pages that were read with {@code read}: the same where it can be written. */
    static CompressionCodecName writable(CompressionCodecName read) {
        return switch (read) {
            case LZO, BROTLI, LZ4 -> CompressionCodecName.ZSTD;
            default -> read;
        };
    }

    @Override
    public BytesInputCompressor getCompressor(CompressionCodecName name) {
        return new PageCompressor(name);
    }

    @Override
    public BytesInputDecompressor getDecompressor(CompressionCodecName name) {
        return new PageDecompressor(name);
    }

    @Override
    public void release() {}

    private static byte[] bytes(BytesInput page) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(Math.toIntExact(page.size()));
        page.writeAllTo(bytes);
        return bytes.toByteArray();
    }

    private static IOException unknown(CompressionCodecName name) {
        return new IOException("the Parquet codec " + name
                + " is not known here: write the file with zstd, snappy, gzip, lz4_raw or without compression");
    }

    private record PageCompressor(CompressionCodecName name) implements BytesInputCompressor {

        @Override
        public BytesInput compress(BytesInput page) throws IOException {
            byte[] bytes = bytes(page);
            return BytesInput.from(
                    switch (name) {
                        case UNCOMPRESSED -> bytes;
                        case SNAPPY -> Snappy.compress(bytes);
                        case GZIP -> gzip(bytes);
                        case ZSTD -> Zstd.compress(bytes, ZSTD_LEVEL);
                        case LZ4_RAW -> lz4(bytes);
                        default -> throw unknown(name);
                    });
        }

        private static byte[] gzip(byte[] bytes) throws IOException {
            ByteArrayOutputStream packed = new ByteArrayOutputStream();
            try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
                out.write(bytes);
            }
            return packed.toByteArray();
        }

        private static byte[] lz4(byte[] bytes) {
            Lz4Compressor compressor = new Lz4Compressor();
            byte[] packed = new byte[compressor.maxCompressedLength(bytes.length)];
            return Arrays.copyOf(packed, compressor.compress(bytes, 0, bytes.length, packed, 0, packed.length));
        }

        @Override
        public CompressionCodecName getCodecName() {
            return name;
        }

        @Override
        public void release() {}
    }

    private record PageDecompressor(CompressionCodecName name) implements BytesInputDecompressor {

        @Override
        public BytesInput decompress(BytesInput page, int size) throws IOException {
            return BytesInput.from(unpacked(bytes(page), size));
        }

        @Override
        public void decompress(ByteBuffer page, int packedSize, ByteBuffer into, int size) throws IOException {
            byte[] bytes = new byte[packedSize];
            page.get(bytes);
            into.put(unpacked(bytes, size));
        }

        private byte[] unpacked(byte[] bytes, int size) throws IOException {
            return switch (name) {
                case UNCOMPRESSED -> bytes;
                case SNAPPY -> Snappy.uncompress(bytes);
                case GZIP -> new GZIPInputStream(new ByteArrayInputStream(bytes)).readAllBytes();
                case ZSTD -> Zstd.decompress(bytes, size);
                case LZ4_RAW -> {
                    byte[] page = new byte[size];
                    new Lz4Decompressor().decompress(bytes, 0, bytes.length, page, 0, size);
                    yield page;
                }
                default -> throw unknown(name);
            };
        }

        @Override
        public void release() {}
    }
}
