package dev.driftline.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.driftline.config.DriftlineConfig;
import dev.driftline.config.MisconfiguredException;
import dev.driftline.identity.ModelIdentity;
import dev.driftline.schemas.Candidate;
import dev.driftline.schemas.ExpertScore;
import dev.driftline.schemas.ModelPrediction;
import dev.driftline.schemas.Prediction;
import dev.driftline.schemas.Score;
import dev.driftline.scoring.ModelSettings;
import dev.driftline.topics.BackgroundFile;
import dev.driftline.topics.Layout;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class BackgroundTopologyTest {

    /** "the cat" has 1/2 of what follows "the". */
    private static final String ARPA = """
            \\data\\
            ngram 1=6
            ngram 2=2

            \\1-grams:
            -99\t<s>\t-0.30103
            -1\t<unk>
            -1\tthe\t-0.20412
            -0.69897\tcat
            -0.69897\tsat
            -0.39794\t</s>

            \\2-grams:
            -0.22185\t<s> the
            -0.30103\tthe cat

            \\end\\
            """;

    @TempDir
    Path folder;

    private Path arpa() throws IOException {
        return Files.writeString(folder.resolve("small.arpa"), ARPA);
    }

    @ParameterizedTest
    @EnumSource(Layout.class)
    void shouldBeOfUseFromTheFirstDocumentOn(Layout layout) throws IOException {
        ModelSettings model = ModelSettings.ofOrder(3).beside(Optional.of(BackgroundFile.read(arpa())));
        try (TopologyFixture fixture =
                new TopologyFixture(layout, folder.resolve("state"), model, TopologyFixture.LIMITS)) {
            Score first = fixture.score(TopologyFixture.document("1", "s", "the cat sat"));
            Prediction predicted = fixture.predictions.readValue();
            Score other = fixture.score(TopologyFixture.document("2", "s", "the dog sat"));

            // Of three words and the end, by the file: 0.6, 0.5, 0.2 and 0.4.
            double bits = -Math.log(0.6 * 0.5 * 0.2 * 0.4) / Math.log(2);
            assertThat(first.getUnknownTokens()).isZero();
            assertThat(expert(first).getBits()).isCloseTo(bits, within(0.001));
            assertThat(first.getMixtureBits())
                    .as("but for caches of three words")
                    .isCloseTo(bits, within(0.1));
            assertThat(first.getMixtureWeights()).containsKey("background");
            assertThat(other.getUnknownTokens()).isEqualTo(1);
            assertThat(predicted.getModels())
                    .extracting(ModelPrediction::getModel)
                    .containsExactly("mixture", "kneser-ney-3", "background");
            assertThat(predicted.getModels().get(0).getCandidates())
                    .extracting(Candidate::getWord)
                    .contains("</s>", "cat");
        }
    }

    private static ExpertScore expert(Score score) {
        return score.getExperts().stream()
                .filter(expert -> expert.getName().equals("background"))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void shouldHaveTheSameFingerprintHoweverTheFileIsKept() throws IOException {
        Path zipped = folder.resolve("small.arpa.gz");
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(zipped))) {
            out.write(ARPA.getBytes(StandardCharsets.UTF_8));
        }
        Path other = Files.writeString(folder.resolve("other.arpa"), ARPA.replace("-0.69897\tsat", "-0.69896\tsat"));

        String plain = identity(arpa()).background();

        assertThat(plain).hasSize(16).isEqualTo(identity(zipped).background());
        assertThat(identity(other).background()).isNotEqualTo(plain);
        assertThat(ModelIdentity.parse(identity(zipped).text())).isEqualTo(identity(arpa()));
        assertThat(identity(other).misfits(identity(arpa())))
                .as("the counts do not depend on it")
                .isEmpty();
        assertThat(ModelIdentity.of(
                                DriftlineConfig.defaults(),
                                TopologySettings.of(DriftlineConfig.defaults()).model())
                        .text())
                .doesNotContain("background");
    }

    private static ModelIdentity identity(Path file) {
        DriftlineConfig config = DriftlineConfig.of(Map.of("model.background", file.toString()));
        return ModelIdentity.of(config, TopologySettings.of(config).model());
    }

    @Test
    void shouldSayWhatIsWrongWithTheFile() throws IOException {
        assertThatThrownBy(() -> identity(folder.resolve("none.arpa")))
                .isInstanceOf(MisconfiguredException.class)
                .hasMessageContaining("model.background=")
                .hasMessageContaining("there is no file")
                .hasMessageContaining("import arpa");
        Path cut = Files.writeString(folder.resolve("cut.arpa"), ARPA.substring(0, ARPA.indexOf("the cat")));
        assertThatThrownBy(() -> identity(cut))
                .isInstanceOf(MisconfiguredException.class)
                .hasMessageContaining("model.background=")
                .hasMessageContaining("line");
    }
}
