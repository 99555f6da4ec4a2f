package dev.driftline.output;

import static org.assertj.core.api.Assertions.assertThat;

import dev.driftline.config.DriftlineConfig;
import dev.driftline.config.keys.InputKeys;
import dev.driftline.config.keys.ModelKeys;
import dev.driftline.config.keys.OutputKeys;
import dev.driftline.filter.ScoredDocument;
import dev.driftline.input.DocumentOrigin;
import dev.driftline.input.IncomingDocument;
import dev.driftline.mixture.MixtureSettings;
import dev.driftline.network.trainer.TrainingRecord;
import dev.driftline.neural.snapshot.SeenText;
import dev.driftline.schemas.Candidate;
import dev.driftline.schemas.Document;
import dev.driftline.schemas.ExpertScore;
import dev.driftline.schemas.ModelPrediction;
import dev.driftline.schemas.Prediction;
import dev.driftline.schemas.Score;
import dev.driftline.scoring.DocumentTokens;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The largest record of each kind that the limits of documents allow fits the topics. */
class RecordSizesTest {

    static Stream<Map<String, String>> limits() {
        return Stream.of(
                Map.of(),
                Map.of("document.max.tokens", "100", "document.max.bytes", "64KiB", "token.max.bytes", "64KiB"),
                Map.of("document.max.tokens", "1000", "token.max.bytes", "8KiB", "predictions.k", "1000"),
                Map.of("document.max.tokens", "200000", "model.order", "1"),
                Map.of("document.max.tokens", "200000", "model.order", "2", "document.max.bytes", "8MiB"));
    }

    @ParameterizedTest
    @MethodSource("limits")
    void shouldFitTheTopicsWhateverADocumentIs(Map<String, String> settings) throws IOException {
        DriftlineConfig config = DriftlineConfig.of(settings);
        int most = config.maxRecordBytes() - 1024;

        assertThat(Score.getEncoder().encode(score(config)).remaining())
                .as("score")
                .isLessThan(most);
        assertThat(Prediction.getEncoder().encode(prediction(config)).remaining())
                .as("prediction")
                .isLessThan(most);
        for (IncomingDocument document : documents(config)) {
            FilterRequest request = new FilterRequest(
                    document,
                    new ScoredDocument(document.source(), document.attributes(), 1, 0, 1, bits(config), 0, 0),
                    new DocumentOrigin("documents", 0, Long.MAX_VALUE));
            assertThat(request.encode().length).as("observation").isLessThan(most);
            assertThat(Document.getEncoder().encode(request.toDocument()).remaining())
                    .as("kept document")
                    .isLessThan(most);
            SeenText.Place place = new SeenText.Place("documents", Integer.MAX_VALUE, Long.MAX_VALUE - 1);
            assertThat(new TrainingRecord.Text(document.source(), document.id(), Optional.of(place), document.tokens())
                            .encode()
                            .length)
                    .as("training record")
                    .isLessThan(most);
        }
    }

    private static Map<String, Double> bits(DriftlineConfig config) {
        Map<String, Double> bits = new HashMap<>();
        models(config).forEach(model -> bits.put(model, 1.0));
        return bits;
    }

    private static List<String> models(DriftlineConfig config) {
        return MixtureSettings.defaults(config.get(ModelKeys.ORDER), config.get(ModelKeys.SMOOTHING))
                .withNeural("a network")
                .models();
    }

    private static String word(DriftlineConfig config) {
        return "x".repeat(config.get(InputKeys.TOKEN_MAX_BYTES));
    }

    private static Score score(DriftlineConfig config) {
        List<Float> surprisals = Collections.nCopies(config.get(InputKeys.DOCUMENT_MAX_TOKENS), 1f);
        Score score = new Score();
        score.setId(word(config));
        score.setSource(word(config));
        score.setPublishedAt(Instant.EPOCH);
        score.setScoredAt(Instant.EPOCH);
        score.setSmoothing("");
        score.setSurprisals(surprisals);
        score.setSpelling(surprisals);
        score.setMixtureWeights(bits(config));
        score.setExperts(models(config).stream()
                .map(model -> new ExpertScore(model, 1.0, 1.0, 1.0, surprisals))
                .toList());
        score.setInputTopic("documents");
        return score;
    }

    private static Prediction prediction(DriftlineConfig config) {
        List<Candidate> words =
                Collections.nCopies(config.get(OutputKeys.PREDICTIONS_K), new Candidate(word(config), 1.0, true));
        Prediction prediction = new Prediction();
        prediction.setId(word(config));
        prediction.setSource(word(config));
        prediction.setScoredAt(Instant.EPOCH);
        prediction.setContext(Collections.nCopies(config.get(ModelKeys.ORDER), word(config)));
        prediction.setModels(models(config).stream()
                .map(model -> new ModelPrediction(model, words, 1.0, 1.0))
                .toList());
        prediction.setInputTopic("documents");
        return prediction;
    }

    /** As many bytes as a value may have: in distinct words, and in sentences of one letter. */
    private static List<IncomingDocument> documents(DriftlineConfig config) {
        int bytes = config.get(InputKeys.DOCUMENT_MAX_BYTES);
        int tokens = config.get(InputKeys.DOCUMENT_MAX_TOKENS);
        List<List<String>> letters = Collections.nCopies(Math.min(tokens / 2, bytes / 3), List.of("a"));
        List<String> words = new ArrayList<>();
        int length = Math.max(6, Math.min(config.get(InputKeys.TOKEN_MAX_BYTES), bytes / tokens) - 1);
        for (int left = bytes - length; left > 0 && words.size() < tokens - 1; left -= length + 1) {
            words.add(String.format(java.util.Locale.ROOT, "%" + length + "x", words.size()));
        }
        return Stream.of(letters, List.of(words))
                .map(sentences -> new IncomingDocument(
                        word(config), word(config), 0, true, DocumentTokens.of(sentences), Map.of()))
                .toList();
    }
}
