package dev.driftline.output;

import dev.driftline.input.IncomingDocument;
import dev.driftline.mixture.DocumentScore;
import dev.driftline.mixture.MixtureSettings;
import dev.driftline.schemas.ExpertScore;
import dev.driftline.schemas.Score;
import dev.driftline.scoring.ModelSettings;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.streams.processor.api.Record;

/** The score of a document, under its id. */
public final class ScoreOutput implements Output {

    /** Sink of scores. */
    public static final String SINK = "scores-sink";

    private final ModelSettings model;
    private final List<String> models;
    /** The network among them; −1 where there is none. */
    private final int networkModel;

    private final boolean surprisals;
    private final boolean expertSurprisals;

    /**
     * @param surprisals whether a score carries the surprisal of every token
     * @param expertSurprisals whether it carries them under each expert, too
     */
    public ScoreOutput(ModelSettings model, MixtureSettings mixture, boolean surprisals, boolean expertSurprisals) {
        this.model = model;
        this.surprisals = surprisals;
        this.expertSurprisals = expertSurprisals;
        models = mixture.models();
        networkModel = mixture.neural().map(models::indexOf).orElse(-1);
    }

    @Override
    public String sink() {
        return SINK;
    }

    @Override
    public Optional<Record<Object, Object>> of(ScoringResult result) {
        return Optional.of(new Record<>(result.document().id(), score(result), result.timestamp()));
    }

    private Score score(ScoringResult result) {
        IncomingDocument document = result.document();
        DocumentScore scored = result.score();
        int tokens = scored.tokens();
        double ngramPerToken = scored.bits()[model.order() - 1] / tokens;
        int last = models.size() - 1;
        double mixtureBits = scored.bits()[last];
        // Setters, not the builder, which copies every default for every record.
        Score score = new Score();
        score.setId(document.id());
        score.setSource(document.source());
        score.setPublishedAt(Instant.ofEpochMilli(document.publishedAt()));
        score.setScoredAt(Instant.ofEpochMilli(result.scoredAt()));
        score.setSmoothing(model.smoothing().label());
        score.setOrder(model.order());
        score.setTokens(tokens);
        score.setUnknownTokens(scored.unknown());
        score.setCharacters((int) scored.characters());
        score.setUnknownRate(scored.unknownRate());
        score.setBitsPerToken(scored.bitsPerToken());
        score.setPerplexity(scored.perplexity());
        score.setNgramBitsPerToken(ngramPerToken);
        score.setNgramPerplexity(perplexity(ngramPerToken));
        result.network()
                .ifPresent(network -> score.setNeuralStatus(network.status().label()));
        result.networkScore().ifPresent(network -> {
            double perToken = scored.bits()[networkModel] / tokens;
            score.setNeuralBitsPerToken(perToken);
            score.setNeuralPerplexity(perplexity(perToken));
            score.setSnapshotVersion(network.snapshot().version());
        });
        score.setMixtureBits(mixtureBits);
        score.setMixtureBitsKnown(scored.knownBits()[last]);
        score.setMixtureBitsPerToken(mixtureBits / tokens);
        score.setMixturePerplexity(perplexity(mixtureBits / tokens));
        score.setSpellingBits(scored.spellingBits());
        score.setBitsPerCharacter((mixtureBits + scored.spellingBits()) / scored.characters());
        score.setMixtureWeights(weights(scored));
        score.setExperts(experts(scored, result.networkScore().isPresent()));
        score.setSurprisals(surprisals ? Floats.list(scored.surprisals()) : null);
        score.setSpelling(surprisals ? spelling(scored) : null);
        score.setLearned(document.learn());
        score.setInputTopic(result.origin().topic());
        score.setInputPartition(result.origin().partition());
        score.setInputOffset(result.origin().offset());
        return score;
    }

    /** Every model but the mixture, which is the last; the network only where it took part. */
    private List<ExpertScore> experts(DocumentScore scored, boolean withNetwork) {
        List<ExpertScore> experts = new ArrayList<>(models.size() - 1);
        for (int i = 0; i < models.size() - 1; i++) {
            if (withNetwork || i != networkModel) {
                double bits = scored.bits()[i];
                experts.add(new ExpertScore(
                        models.get(i),
                        bits,
                        perplexity(bits / scored.tokens()),
                        scored.knownBits()[i],
                        expertSurprisals ? Floats.list(scored.modelSurprisals()[i]) : null));
            }
        }
        return experts;
    }

    private static Map<String, Double> weights(DocumentScore scored) {
        Map<String, Double> weights = new HashMap<>();
        for (int expert = 0; expert < scored.experts().size(); expert++) {
            weights.put(scored.experts().get(expert), scored.meanWeights()[expert]);
        }
        return weights;
    }

    /** As long as the surprisals, also where no word was unknown. */
    private static List<Float> spelling(DocumentScore scored) {
        return scored.spelling().length == 0
                ? Collections.nCopies(scored.tokens(), 0f)
                : Floats.list(scored.spelling());
    }

    private static double perplexity(double bitsPerToken) {
        return Math.pow(2, bitsPerToken);
    }
}
