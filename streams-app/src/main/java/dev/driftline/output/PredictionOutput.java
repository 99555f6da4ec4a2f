package dev.driftline.output;

import dev.driftline.mixture.MixtureSettings;
import dev.driftline.mixture.PredictedWord;
import dev.driftline.schemas.Candidate;
import dev.driftline.schemas.ModelPrediction;
import dev.driftline.schemas.Prediction;
import dev.driftline.scoring.DocumentTokens;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedList;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.streams.processor.api.Record;

/** The most probable next words after a document's last sentence, taken as still open, under the document's id. */
public final class PredictionOutput implements Output {

    /** Sink of predictions. */
    public static final String SINK = "predictions-sink";

    private final int contextWords;

    /** @param order of the n-gram model: a prediction names the {@code order - 1} words before it */
    public PredictionOutput(int order) {
        contextWords = order - 1;
    }

    @Override
    public String sink() {
        return SINK;
    }

    @Override
    public Optional<Record<Object, Object>> of(ScoringResult result) {
        return Optional.of(new Record<>(result.document().id(), prediction(result), result.timestamp()));
    }

    private Prediction prediction(ScoringResult result) {
        List<ModelPrediction> models =
                new ArrayList<>(result.score().predictions().size());
        for (var predicted : result.score().predictions()) {
            List<Candidate> candidates = new ArrayList<>(predicted.words().size());
            for (PredictedWord word : predicted.words()) {
                // The parts of a probability come as 4-byte floats: their sum may be past 1 by a rounding error.
                candidates.add(new Candidate(word.word(), Math.min(1, word.probability()), word.exact()));
            }
            ModelPrediction model = new ModelPrediction(
                    predicted.model(), candidates, Math.min(1, predicted.unknown()), predicted.rest());
            if (predicted.model().equals(MixtureSettings.MIXTURE)) {
                models.add(0, model);
            } else {
                models.add(model);
            }
        }
        Prediction prediction = new Prediction();
        prediction.setId(result.document().id());
        prediction.setSource(result.document().source());
        prediction.setScoredAt(Instant.ofEpochMilli(result.scoredAt()));
        prediction.setContext(openContext(result.document().tokens()));
        prediction.setModels(models);
        prediction.setInputTopic(result.origin().topic());
        prediction.setInputPartition(result.origin().partition());
        prediction.setInputOffset(result.origin().offset());
        return prediction;
    }

    /** The last words of the last sentence, {@code <s>} in front where they are too few. */
    private List<String> openContext(DocumentTokens document) {
        LinkedList<String> context = new LinkedList<>();
        int[] tokens = document.tokens();
        for (int at = tokens.length - 2; context.size() < contextWords; at--) {
            if (at < 0 || tokens[at] == DocumentTokens.EOS) {
                context.addFirst(DocumentTokens.BOS_WORD);
                break;
            }
            context.addFirst(document.words()[tokens[at]]);
        }
        return context;
    }
}
