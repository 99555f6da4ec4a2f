package dev.driftline.serving.query;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;

class ModelPartsTest {

    /** A document may have no name of a source, which is a source, too; control characters make it a dead letter. */
    @Test
    void shouldAskForANewSourceByANameThatNoDocumentCanHave() {
        assertThat(ModelParts.ofSource(Optional.empty()).name()).startsWith("\0");
        assertThat(ModelParts.ofSource(Optional.of("")).name()).isEmpty();
    }
}
