package dev.driftline.neural.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.driftline.neural.Tensor;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class SafetensorsTest {

    /** After the description of the format: {"a": [[1, 2, 3]], "b": 0.5 as float16}. */
    private static final String HEADER = "{\"__metadata__\":{\"by\":\"test\"},"
            + "\"a\":{\"dtype\":\"F32\",\"shape\":[1,3],\"data_offsets\":[0,12]},"
            + "\"b\":{\"dtype\":\"F16\",\"shape\":[],\"data_offsets\":[12,14]}}";

    @TempDir
    Path directory;

    @Test
    void shouldReadWhatTheFormatSays() {
        Safetensors file = Safetensors.read(file(HEADER, "0000803f0000004000004040" + "0038"));

        assertThat(file.metadata()).containsExactly(Map.entry("by", "test"));
        assertThat(file.tensors()).extracting(Tensor::name).containsExactly("a", "b");
        assertThat(file.tensors().get(0).shape()).containsExactly(1, 3);
        assertThat(file.tensors().get(0).data()).containsExactly(1, 2, 3);
        assertThat(file.tensors().get(1).shape()).isEmpty();
        assertThat(file.tensors().get(1).data()).containsExactly(0.5f);
    }

    @ParameterizedTest
    @MethodSource
    void shouldConvertOtherFloatsToFloat32(String dtype, String hex, float[] expected) {
        int bytes = hex.length() / 2;
        Safetensors file = Safetensors.read(file(
                "{\"t\":{\"dtype\":\"" + dtype + "\",\"shape\":[" + expected.length + "],\"data_offsets\":[0," + bytes
                        + "]}}",
                hex));
        assertThat(file.tensors().get(0).data()).containsExactly(expected);
    }

    static Stream<Arguments> shouldConvertOtherFloatsToFloat32() {
        return Stream.of(
                // 1, -2, 65504 (the largest), 2^-24 (the smallest), -0, infinity
                Arguments.of("F16", "003c" + "00c0" + "ff7b" + "0100" + "0080" + "007c", new float[] {
                    1, -2, 65504, 0x1p-24f, -0f, Float.POSITIVE_INFINITY
                }),
                Arguments.of("BF16", "803f" + "00c0", new float[] {1, -2}),
                Arguments.of("F64", "9a9999999999b93f" + "000000000000f0bf", new float[] {0.1f, -1}));
    }

    @Test
    void shouldGiveBackWhatWasWrittenAsTheSameBytes() throws Exception {
        Tensor a = new Tensor("a", new int[] {2, 2}, new float[] {1, -0f, Float.MIN_VALUE, Float.NaN});
        Tensor b = new Tensor("b", new int[] {0, 5}, new float[0]);
        Safetensors file = new Safetensors(Map.of("z", "é\n\u2028", "a", ""), List.of(b, a));

        byte[] bytes = file.toBytes();
        assertThat(new Safetensors(Map.of("a", "", "z", "é\n\u2028"), List.of(b, a)).toBytes())
                .isEqualTo(bytes);
        assertThat(ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong(0) % 8)
                .isZero();
        ByteArrayOutputStream streamed = new ByteArrayOutputStream();
        file.write(streamed);
        assertThat(streamed.toByteArray()).isEqualTo(bytes);

        Safetensors again = Safetensors.read(Files.write(directory.resolve("x.safetensors"), bytes));
        assertThat(again.metadata()).isEqualTo(file.metadata());
        assertThat(again.toBytes()).isEqualTo(bytes);
    }

    @Test
    void shouldReadATensorLargerThanAPiece() {
        float[] data = new float[100_003];
        for (int i = 0; i < data.length; i++) {
            data[i] = i;
        }
        Safetensors file = new Safetensors(Map.of(), List.of(new Tensor("t", new int[] {data.length}, data)));
        assertThat(Safetensors.read(file.toBytes()).tensors().get(0).data()).isEqualTo(data);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource
    void shouldSayWhatIsWrongWithAFileThatIsNotWhole(String message, byte[] bytes) throws Exception {
        assertThatThrownBy(() -> Safetensors.read(bytes))
                .isInstanceOf(InvalidSnapshotException.class)
                .hasMessageContaining(message);
        Path written = Files.write(directory.resolve("bad.safetensors"), bytes);
        assertThatThrownBy(() -> Safetensors.read(written))
                .isInstanceOf(InvalidSnapshotException.class)
                .hasMessageContaining("bad.safetensors")
                .hasMessageContaining(message);
    }

    static Stream<Arguments> shouldSayWhatIsWrongWithAFileThatIsNotWhole() {
        return Stream.of(
                bad("bytes are too few", new byte[3]),
                bad("does not begin with the length of a header", HexFormat.of().parseHex("ffffffffffffffff7b7d")),
                bad("does not begin with the length of a header", HexFormat.of().parseHex("ffffffffffffff7f7b7d")),
                bad("does not begin with the length of a header", HexFormat.of().parseHex("01e1f50500000000")),
                bad(
                        "should have 50000000 bytes, and the file has 2",
                        HexFormat.of().parseHex("80f0fa02000000007b7d")),
                bad("not JSON", file("{\"a\":", "")),
                bad("not JSON", file("[".repeat(1000), "")),
                bad("not JSON", file("{} {}", "")),
                bad("Duplicate", file("{\"a\":{},\"a\":{}}", "")),
                bad("not a JSON object", file("[]", "")),
                bad("metadata n is not text", file("{\"__metadata__\":{\"n\":1}}", "")),
                bad("t is of type 'I64'", file(tensor("I64", "[1]", 0, 8), "0000000000000000")),
                bad("t is of type ''", file("{\"t\":1}", "")),
                bad("no shape or no data_offsets", file("{\"t\":{\"dtype\":\"F32\"}}", "")),
                bad("side of -1", file(tensor("F32", "[-1]", 0, 4), "00000000")),
                bad("side of 1.5", file(tensor("F32", "[1.5]", 0, 4), "00000000")),
                bad("side of 4294967297", file(tensor("F32", "[4294967297]", 0, 4), "00000000")),
                bad("too large", file(tensor("F32", "[2147483647,2147483647,2147483647,8]", 0, 4), "00000000")),
                bad("too large", file(tensor("F32", "[65536,65536]", 0, 4), "00000000")),
                bad("needs 8 bytes, its offsets hold 4", file(tensor("F32", "[2]", 0, 4), "00000000")),
                bad("not an offset and a later one", file(tensor("F32", "[1]", 4, 0), "00000000")),
                bad("not an offset and a later one", file(tensor("F32", "[1]", -4, 0), "00000000")),
                bad("ends at byte 4 of the numbers, of which there are 2", file(tensor("F32", "[1]", 0, 4), "0000")),
                bad("4 bytes between the header and t", file(tensor("F32", "[1]", 4, 8), "0000000000000000")),
                bad("4 bytes follow the last tensor", file(tensor("F32", "[1]", 0, 4), "0000000000000000")),
                bad(
                        "b overlaps a",
                        file(
                                "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},"
                                        + "\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}",
                                "0000000000000000")));
    }

    @Test
    void shouldRefuseEveryTruncationAndReadOnlyTheWhole() {
        byte[] whole = file(HEADER, "0000803f0000004000004040" + "0038");
        for (int length = 0; length < whole.length; length++) {
            byte[] cut = Arrays.copyOf(whole, length);
            assertThatThrownBy(() -> Safetensors.read(cut)).isInstanceOf(InvalidSnapshotException.class);
        }
    }

    private static Arguments bad(String message, byte[] bytes) {
        return Arguments.of(message, bytes);
    }

    private static String tensor(String dtype, String shape, long from, long to) {
        return "{\"t\":{\"dtype\":\"" + dtype + "\",\"shape\":" + shape + ",\"data_offsets\":[" + from + "," + to
                + "]}}";
    }

    private static byte[] file(String header, String numbers) {
        byte[] json = header.getBytes(StandardCharsets.UTF_8);
        byte[] data = HexFormat.of().parseHex(numbers);
        return ByteBuffer.allocate(8 + json.length + data.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(json.length)
                .put(json)
                .put(data)
                .array();
    }
}
