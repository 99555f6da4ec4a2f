package dev.driftline.output;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.driftline.filter.ScoredDocument;
import dev.driftline.input.DocumentOrigin;
import dev.driftline.input.IncomingDocument;
import dev.driftline.schemas.Document;
import dev.driftline.scoring.DocumentTokens;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FilterRequestTest {

    private static final List<List<String>> SENTENCES =
            List.of(List.of("a", "ü", "a"), List.of(), List.of("b", "\uD834\uDD1E"));
    private static final Map<String, String> ATTRIBUTES = Map.of("language", "de", "leer", "");

    private final FilterRequest request = new FilterRequest(
            new IncomingDocument("id", "Zeitung", -5, false, DocumentTokens.of(SENTENCES), ATTRIBUTES),
            new ScoredDocument(
                    "Zeitung",
                    ATTRIBUTES,
                    8,
                    2,
                    12,
                    Map.of("mixture", 70.5, "kneser-ney-1", Double.POSITIVE_INFINITY),
                    3.25,
                    4.5),
            new DocumentOrigin("driftline.text.v1", 3, 1L << 40));

    @Test
    void shouldBeTheSameAfterItTravelled() {
        FilterRequest read = FilterRequest.decode(request.encode());

        assertThat(read.scored()).isEqualTo(request.scored());
        assertThat(read.origin()).isEqualTo(request.origin());
        assertThat(read.document().attributes()).isEqualTo(ATTRIBUTES);
        assertThat(read.document().tokens().words())
                .isEqualTo(request.document().tokens().words());
        assertThat(read.document().tokens().tokens())
                .isEqualTo(request.document().tokens().tokens());
        assertThat(read.toDocument()).isEqualTo(request.toDocument());
    }

    @Test
    void shouldMakeTheDocumentThatWasPublished() {
        assertThat(FilterRequest.decode(request.encode()).toDocument())
                .isEqualTo(Document.newBuilder()
                        .setId("id")
                        .setSource("Zeitung")
                        .setPublishedAt(Instant.ofEpochMilli(-5))
                        .setSentences(SENTENCES)
                        .setLearn(false)
                        .setAttributes(ATTRIBUTES)
                        .build());
    }

    @Test
    void shouldRefuseAVersionThatItDoesNotKnow() {
        byte[] bytes = request.encode();
        bytes[0] = 7;

        assertThatThrownBy(() -> FilterRequest.decode(bytes)).hasMessageContaining("format version 7");
    }
}
