package dev.driftline.corpus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;

class GzipMembersTest {

    private static byte[] gzip(byte[] bytes) throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (OutputStream out = new GZIPOutputStream(packed)) {
            out.write(bytes);
        }
        return packed.toByteArray();
    }

    private static byte[] joined(byte[]... parts) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.write(part);
        }
        return all.toByteArray();
    }

    private static byte[] text(int length, int seed) {
        SplittableRandom random = new SplittableRandom(seed);
        byte[] text = new byte[length];
        for (int i = 0; i < length; i++) {
            text[i] = (byte) ('a' + random.nextInt(20));
        }
        return text;
    }

    /** A pipe whose writer is slow: a byte at a time, and none of them said to be available. */
    private static InputStream slow(byte[] bytes) {
        return new ByteArrayInputStream(bytes) {
            @Override
            public synchronized int read(byte[] into, int from, int length) {
                return super.read(into, from, Math.min(length, 1));
            }

            @Override
            public synchronized int available() {
                return 0;
            }
        };
    }

    private static byte[] unpacked(InputStream in) throws IOException {
        try (GzipMembers members = new GzipMembers(in)) {
            return members.readAllBytes();
        }
    }

    @Test
    void shouldReadEveryMemberHoweverSlowlyTheyCome() throws IOException {
        byte[] a = text(300_000, 1);
        byte[] b = text(70, 2);
        byte[] packed = joined(gzip(a), gzip(new byte[0]), gzip(b), gzip(a), new byte[512]);

        assertThat(unpacked(slow(packed))).isEqualTo(joined(a, b, a));
        assertThat(unpacked(new ByteArrayInputStream(packed))).isEqualTo(joined(a, b, a));
    }

    @Test
    void shouldReadAHeaderWithEverythingThatItMayHave() throws IOException {
        byte[] plain = gzip("text".getBytes(StandardCharsets.UTF_8));
        byte[] header = Arrays.copyOf(plain, 10);
        header[3] = 2 | 4 | 8 | 16;
        byte[] full = joined(
                header,
                new byte[] {3, 0, 'x', 'y', 'z'},
                "name\0a comment\0".getBytes(StandardCharsets.ISO_8859_1),
                new byte[] {1, 2},
                Arrays.copyOfRange(plain, 10, plain.length));

        assertThat(unpacked(slow(full))).asString(StandardCharsets.UTF_8).isEqualTo("text");
    }

    /** What is lost must be said: no text that is shorter than what was packed may pass for the whole. */
    @Test
    void shouldFailWhereverTheFileIsCutButBetweenMembers() throws IOException {
        byte[] first = gzip(text(40, 3));
        byte[] both = joined(first, gzip(text(50, 4)));

        for (int length = 0; length < both.length; length++) {
            byte[] cut = Arrays.copyOf(both, length);
            if (length == first.length) {
                assertThat(unpacked(slow(cut))).hasSize(40);
            } else {
                assertThatThrownBy(() -> unpacked(slow(cut)))
                        .as("%s bytes", length)
                        .isInstanceOf(IOException.class);
            }
        }
    }

    @Test
    void shouldFailWhereABitOfTheDataOrBehindAMemberIsAnother() throws IOException {
        byte[] first = gzip(text(40, 5));
        byte[] both = joined(first, gzip(text(50, 6)));

        for (int at = 10; at < both.length; at++) {
            byte[] damaged = both.clone();
            damaged[at] ^= 0x10;
            if (at >= first.length + 4 && at < first.length + 10) {
                continue; // the time and the system of the second header, which nothing depends on
            }
            assertThatThrownBy(() -> unpacked(slow(damaged))).as("byte %s", at).isInstanceOf(IOException.class);
        }
        assertThatThrownBy(() -> unpacked(slow(joined(first, new byte[] {0, 0, 7}))))
                .hasMessageContaining("behind its end");
    }
}
