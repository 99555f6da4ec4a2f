package dev.driftline.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class VarintsTest {

    @Test
    void shouldReadWhatItWrote() {
        Random random = new Random(2);
        for (int round = 0; round < 2000; round++) {
            int anInt = random.nextInt() >>> random.nextInt(32);
            long aLong = random.nextLong() >>> random.nextInt(64);
            float aFloat = random.nextFloat();
            double aDouble = random.nextGaussian();
            byte[] bytes = new byte[random.nextInt(40)];
            random.nextBytes(bytes);
            Varints.Writer out = new Varints.Writer(1);
            out.writeByte(200);
            out.writeInt(anInt);
            out.writeLong(aLong);
            out.writeFixedInt(anInt);
            out.writeFixedLong(aLong);
            out.writeFloat(aFloat);
            out.writeDouble(aDouble);
            out.writeBytes(bytes);

            Varints.Reader in = new Varints.Reader(out.toByteArray());

            assertThat(in.readByte()).isEqualTo(200);
            assertThat(in.readInt()).isEqualTo(anInt);
            assertThat(in.readLong()).isEqualTo(aLong);
            assertThat(in.readFixedInt()).isEqualTo(anInt);
            assertThat(in.readFixedLong()).isEqualTo(aLong);
            assertThat(in.readFloat()).isEqualTo(aFloat);
            assertThat(in.readDouble()).isEqualTo(aDouble);
            assertThat(in.readBytes()).isEqualTo(bytes);
            assertThat(in.remaining()).isZero();
        }
    }

    /** The stored numbers of years must stay readable. */
    @Test
    void shouldWriteTheLowestByteFirst() {
        Varints.Writer out = new Varints.Writer(1);
        out.writeInt(300);
        out.writeFloat(1);
        out.writeDouble(-2);
        out.writeFixedInt(0x04030201);
        assertThat(out.toByteArray()).containsExactly(0xAC, 2, 0, 0, 0x80, 0x3F, 0, 0, 0, 0, 0, 0, 0, 0xC0, 1, 2, 3, 4);
    }

    @Test
    void shouldSayThatBytesEndBeforeTheValueDoesEvenInsideALargerArray() {
        List<Consumer<Varints.Reader>> reads = List.of(
                Varints.Reader::readInt,
                Varints.Reader::readLong,
                Varints.Reader::readFloat,
                Varints.Reader::readDouble,
                Varints.Reader::readFixedLong,
                Varints.Reader::readBytes,
                in -> in.skip(3),
                in -> in.skip(-1),
                in -> in.readCount(1));
        byte[] continued = new byte[40];
        Arrays.fill(continued, (byte) 0xFF);
        for (Consumer<Varints.Reader> read : reads) {
            assertThatThrownBy(() -> read.accept(new Varints.Reader(continued, 0, 2)))
                    .isInstanceOf(MalformedBytesException.class);
        }
        assertThatThrownBy(() -> new Varints.Reader(new byte[0]).readByte())
                .isInstanceOf(MalformedBytesException.class)
                .hasMessage("1 bytes are expected and 0 are left");
    }

    @Test
    void shouldNotBelieveALengthOrACountThatThereAreNoBytesFor() {
        Varints.Writer out = new Varints.Writer(16);
        out.writeInt(Integer.MAX_VALUE);
        out.writeLong(0);
        byte[] huge = out.toByteArray();
        assertThatThrownBy(() -> new Varints.Reader(huge).readBytes())
                .isInstanceOf(MalformedBytesException.class)
                .hasMessageContaining("2147483647 bytes");
        assertThatThrownBy(() -> new Varints.Reader(huge).readCount(4)).isInstanceOf(MalformedBytesException.class);
        byte[] three = {3, 0, 0, 0};
        assertThat(new Varints.Reader(three).readCount(1)).isEqualTo(3);
        assertThatThrownBy(() -> new Varints.Reader(three).readCount(2)).isInstanceOf(MalformedBytesException.class);
    }
}
