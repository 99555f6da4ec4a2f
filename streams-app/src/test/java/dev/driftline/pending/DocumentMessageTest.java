package dev.driftline.pending;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.driftline.codec.MalformedBytesException;
import dev.driftline.config.MisconfiguredException;
import dev.driftline.input.IncomingDocument;
import dev.driftline.input.Retract;
import dev.driftline.scoring.DocumentTokens;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.Test;

class DocumentMessageTest {

    private static final int OWNER = 4711;

    /** What version 1 is, byte by byte: a changed layout gets another version. */
    private static final String GOLDEN =
            "440167120000070100000000000000feffffffffffffff034d81d095ffbc3102696406736f7572636580d095ffbc311001050161016202c3bc0602030401020101086c616e6775616765026465dd609908";

    private final DocumentTokens tokens = DocumentTokens.of(List.of(List.of("a", "b", "ü"), List.of("a")));
    private final DocumentMessage message = new DocumentMessage(
            new IncomingDocument("id", "source", 1_700_000_000_000L, true, tokens, Map.of("language", "de")),
            true,
            3,
            77,
            new Uuid(1, -2),
            1_700_000_000_001L);

    @Test
    void shouldBeTheSameAfterTheWay() {
        byte[] bytes = message.encode(OWNER);

        DocumentMessage read = DocumentMessage.decode(bytes, OWNER);

        assertThat(HexFormat.of().formatHex(bytes)).isEqualTo(GOLDEN);
        assertThat(read.document().id()).isEqualTo("id");
        assertThat(read.document().source()).isEqualTo("source");
        assertThat(read.document().publishedAt()).isEqualTo(1_700_000_000_000L);
        assertThat(read.document().learn()).isTrue();
        assertThat(read.document().attributes()).isEqualTo(Map.of("language", "de"));
        assertThat(read.document().tokens().words()).isEqualTo(tokens.words());
        assertThat(read.document().tokens().tokens()).isEqualTo(tokens.tokens());
        assertThat(read.isText()).isTrue();
        assertThat(read.partition()).isEqualTo(3);
        assertThat(read.offset()).isEqualTo(77);
        assertThat(read.topicId()).isEqualTo(new Uuid(1, -2));
        assertThat(read.timestamp()).isEqualTo(1_700_000_000_001L);
        assertThat(DocumentMessage.partitionOf(bytes)).isEqualTo(3);
        assertThat(DocumentMessage.offsetOf(bytes)).isEqualTo(77);
    }

    @Test
    void shouldCarryARetractionThatAnOlderVersionRefuses() {
        for (Retract retract :
                List.of(new Retract(OptionalLong.of(5_000_000_000L), false), new Retract(OptionalLong.empty(), true))) {
            IncomingDocument document =
                    new IncomingDocument("id", "source", 1, false, tokens, Map.of(), Optional.of(retract));
            byte[] bytes = new DocumentMessage(document, false, 3, 77, new Uuid(1, 2), 4).encode(OWNER);

            assertThat(bytes[1]).as("a version that 0.5.0 does not read").isEqualTo((byte) 2);
            assertThat(DocumentMessage.decode(bytes, OWNER).document().retract())
                    .contains(retract);
        }
    }

    /** Each becomes a dead letter, and stops nothing. */
    @Test
    void shouldRefuseEveryMessageThatIsCutShortOrAltered() {
        byte[] bytes = message.encode(OWNER);
        for (int length = 0; length < bytes.length; length++) {
            byte[] cut = Arrays.copyOf(bytes, length);
            assertThatThrownBy(() -> DocumentMessage.decode(cut, OWNER))
                    .as("%d bytes", length)
                    .isInstanceOf(MalformedBytesException.class);
        }
        for (int at = 2; at < bytes.length; at++) {
            byte[] altered = bytes.clone();
            altered[at] ^= 4;
            assertThatThrownBy(() -> DocumentMessage.decode(altered, OWNER))
                    .as("byte %d", at)
                    .isInstanceOf(MalformedBytesException.class);
        }
    }

    @Test
    void shouldLeaveMessagesOfAnotherVersionOrApplicationToTheOperator() {
        byte[] next = message.encode(OWNER);
        next[1] = 9;
        assertThatThrownBy(() -> DocumentMessage.decode(next, OWNER))
                .isInstanceOf(MisconfiguredException.class)
                .hasMessageContaining("run one version of Driftline");
        assertThatThrownBy(() -> DocumentMessage.decode(message.encode(OWNER + 1), OWNER))
                .isInstanceOf(MisconfiguredException.class)
                .hasMessageContaining("topics.prefix");
    }
}
