package dev.driftline.commits;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.Test;

class CutValuesTest {

    private final CutValues values = new CutValues(4);
    private final Headers headers = new RecordHeaders();

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void shouldKeepTheBeginningOfWhatIsTooLargeAndSayHowLargeItWas() {
        byte[] kept = values.deserialize("topic", headers, ByteBuffer.wrap(bytes("-abcdefg"), 1, 7));

        assertThat(kept).isEqualTo(bytes("abcd"));
        assertThat(WholeLength.of(kept, headers)).isEqualTo(7);
    }

    @Test
    void shouldLeaveOtherValuesAsTheyAreWhateverTheirHeadersSay() {
        headers.add(WholeLength.HEADER, bytes("no number"));
        byte[] kept = values.deserialize("topic", headers, ByteBuffer.wrap(bytes("abcd")));

        assertThat(kept).isEqualTo(bytes("abcd"));
        assertThat(WholeLength.of(kept, headers)).isEqualTo(4);
        assertThat(values.deserialize("topic", headers, (ByteBuffer) null)).isNull();
    }
}
