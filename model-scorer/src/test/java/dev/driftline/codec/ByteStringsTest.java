package dev.driftline.codec;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ByteStringsTest {

    /** Under a hash that tells all strings apart, and under one that tells none apart. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldNumberStringsInTheOrderInWhichTheyWereAdded(boolean colliding) {
        ByteStrings strings = new ByteStrings(8);
        List<String> words = new ArrayList<>(List.of("", "ü", "a".repeat(5000)));
        for (int i = 0; i < 500; i++) {
            words.add("w" + i);
        }
        for (int round = 0; round < 2; round++) {
            for (int i = 0; i < words.size(); i++) {
                byte[] bytes = (">" + words.get(i)).getBytes(StandardCharsets.UTF_8);
                int hash = colliding ? 7 : words.get(i).hashCode();
                assertThat(strings.find(bytes, 1, bytes.length, hash)).isEqualTo(ByteStrings.ABSENT);
                assertThat(strings.add(bytes, 1, bytes.length, hash)).isEqualTo(i);
            }
            assertThat(strings.size()).isEqualTo(words.size());
            Varints.Writer out = new Varints.Writer(16);
            for (int i = 0; i < words.size(); i++) {
                byte[] bytes = words.get(i).getBytes(StandardCharsets.UTF_8);
                int hash = colliding ? 7 : words.get(i).hashCode();
                assertThat(strings.find(bytes, 0, bytes.length, hash)).isEqualTo(i);
                assertThat(strings.hash(i)).isEqualTo(hash);
                assertThat(strings.utf8(i)).isEqualTo(words.get(i));
                strings.write(i, out);
                assertThat(new Varints.Reader(out.toByteArray()).readBytes()).isEqualTo(bytes);
                out.reset();
            }
            strings.clear(round == 0 ? 16 : 1 << 20);
            assertThat(strings.size()).isZero();
        }
    }
}
