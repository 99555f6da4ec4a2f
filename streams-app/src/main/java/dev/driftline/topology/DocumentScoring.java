package dev.driftline.topology;

import dev.driftline.drift.Observation;
import dev.driftline.drift.ReferenceModel;
import dev.driftline.input.DocumentOrigin;
import dev.driftline.input.IncomingDocument;
import dev.driftline.mixture.DocumentScore;
import dev.driftline.mixture.DocumentScorer;
import dev.driftline.mixture.MixtureSettings;
import dev.driftline.mixture.NeuralExpert;
import dev.driftline.mixture.PredictedWord;
import dev.driftline.mixture.ScoreRequest;
import dev.driftline.network.scoring.NeuralOutcome;
import dev.driftline.neural.Pooling;
import dev.driftline.pending.Ticket;
import dev.driftline.schemas.Candidate;
import dev.driftline.schemas.Encoding;
import dev.driftline.schemas.ExpertScore;
import dev.driftline.schemas.ModelPrediction;
import dev.driftline.schemas.Prediction;
import dev.driftline.schemas.Score;
import dev.driftline.scoring.DocumentTokens;
import dev.driftline.scoring.Gather;
import dev.driftline.sources.SourceModels;
import dev.driftline.sources.SourceState;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Mixes what the n-gram model says of a document for its source, and puts it into the records that go out. */
final class DocumentScoring {

    private final TopologySettings settings;
    private final SourceModels sources;
    private final DocumentScorer scorer;
    private final ScoreRequest.Surprisals surprisals;
    private final List<String> modelNames;

    DocumentScoring(TopologySettings settings, SourceModels sources) {
        this.settings = settings;
        this.sources = sources;
        MixtureSettings mixture = settings.mixture();
        scorer = new DocumentScorer(mixture);
        if (settings.surprisals() || settings.observes()) {
            surprisals =
                    settings.expertSurprisals() ? ScoreRequest.Surprisals.EVERY_MODEL : ScoreRequest.Surprisals.MIXTURE;
        } else {
            surprisals = ScoreRequest.Surprisals.NONE;
        }
        modelNames = mixture.models();
    }

    /**
     * Scores the document; its source learns from it, if it is to be learned.
     *
     * @param network what the network says of it; null where there is none
     * @param now milliseconds since 1970
     */
    DocumentScore score(IncomingDocument document, Gather.Gathered gathered, NeuralOutcome network, long now) {
        Optional<NeuralExpert> expert = network == null || !network.isScored()
                ? Optional.empty()
                : Optional.of(new NeuralExpert(network.snapshot().network(), network.score(), network.foreign()));
        return scorer.score(
                ScoreRequest.of(document.tokens(), gathered.positions(), sources.get(document.source(), now))
                        .withLearning(document.learn())
                        .withSurprisals(surprisals)
                        .withNextWords(gathered.candidates(), settings.predictions())
                        .withNetwork(expert));
    }

    /** What is known of a source; for a reader that holds the monitor of the store. */
    SourceState state(int partition, String source) {
        return sources.state(partition, source);
    }

    Score toScore(
            IncomingDocument document, DocumentScore scored, NeuralOutcome network, DocumentOrigin origin, long now) {
        int tokens = scored.tokens();
        int top = settings.model().order() - 1;
        int mixture = modelNames.size() - 1;
        List<ExpertScore> experts = new ArrayList<>(mixture);
        boolean hasNetwork = network != null && network.isScored();
        for (int model = 0; model < mixture; model++) {
            if (modelNames.get(model).equals(settings.mixture().neural()) && !hasNetwork) {
                continue;
            }
            double bits = scored.bits()[model];
            List<Float> surprisals = settings.expertSurprisals() ? floats(scored.modelSurprisals()[model]) : null;
            experts.add(new ExpertScore(
                    modelNames.get(model), bits, perplexity(bits / tokens), scored.knownBits()[model], surprisals));
        }
        Map<String, Double> weights = new HashMap<>();
        for (int expert = 0; expert < scored.experts().size(); expert++) {
            weights.put(scored.experts().get(expert), scored.meanWeights()[expert]);
        }
        double ngramPerToken = scored.bits()[top] / tokens;
        double mixtureBits = scored.bits()[mixture];
        // Setters, not the builder, which copies every default for every record.
        Score score = new Score();
        score.setId(document.id());
        score.setSource(document.source());
        score.setPublishedAt(Instant.ofEpochMilli(document.publishedAt()));
        score.setScoredAt(Instant.ofEpochMilli(now));
        score.setSmoothing(settings.model().smoothing().label());
        score.setOrder(settings.model().order());
        score.setTokens(tokens);
        score.setUnknownTokens(scored.unknown());
        score.setCharacters((int) scored.characters());
        score.setNgramBitsPerToken(ngramPerToken);
        score.setNgramPerplexity(perplexity(ngramPerToken));
        if (network != null) {
            score.setNeuralStatus(network.status().label());
        }
        if (hasNetwork) {
            double perToken = scored.bits(settings.mixture().neural()) / tokens;
            score.setNeuralBitsPerToken(perToken);
            score.setNeuralPerplexity(perplexity(perToken));
            score.setSnapshotVersion(network.snapshot().version());
        }
        score.setMixtureBits(mixtureBits);
        score.setMixtureBitsKnown(scored.knownBits()[mixture]);
        score.setMixtureBitsPerToken(mixtureBits / tokens);
        score.setMixturePerplexity(perplexity(mixtureBits / tokens));
        score.setSpellingBits(scored.spellingBits());
        score.setBitsPerCharacter((mixtureBits + scored.spellingBits()) / scored.characters());
        score.setMixtureWeights(weights);
        score.setExperts(experts);
        score.setSurprisals(settings.surprisals() ? floats(scored.surprisals()) : null);
        score.setLearned(document.learn());
        score.setInputTopic(origin.topic());
        score.setInputPartition(origin.partition());
        score.setInputOffset(origin.offset());
        return score;
    }

    /** What who watches the source is to know of the document; its reference learns from it, until it is frozen. */
    Observation toObservation(
            IncomingDocument document, Gather.Gathered gathered, DocumentScore scored, long ticket, int partition) {
        ReferenceModel reference = sources.referenceOrNull(document.source());
        Observation observation = Observation.of(
                document.source(),
                document.id(),
                Ticket.isText(ticket),
                partition,
                Ticket.offset(ticket),
                document.publishedAt(),
                document.tokens(),
                gathered.positions(),
                scored,
                reference);
        if (reference != null && document.learn()) {
            reference.learn(document.tokens());
        }
        return observation;
    }

    Prediction toPrediction(IncomingDocument document, DocumentScore scored, DocumentOrigin origin, long now) {
        List<ModelPrediction> models = new ArrayList<>(scored.predictions().size());
        for (var predicted : scored.predictions()) {
            List<Candidate> candidates = new ArrayList<>(predicted.words().size());
            for (PredictedWord word : predicted.words()) {
                // The parts of a probability come as 4-byte floats: their sum may be past 1 by a rounding error.
                candidates.add(new Candidate(word.word(), Math.min(1, word.probability())));
            }
            ModelPrediction model = new ModelPrediction(predicted.model(), candidates);
            if (predicted.model().equals(MixtureSettings.MIXTURE)) {
                models.add(0, model);
            } else {
                models.add(model);
            }
        }
        Prediction prediction = new Prediction();
        prediction.setId(document.id());
        prediction.setSource(document.source());
        prediction.setScoredAt(Instant.ofEpochMilli(now));
        prediction.setContext(openContext(document.tokens(), settings.model().order() - 1));
        prediction.setModels(models);
        prediction.setInputTopic(origin.topic());
        prediction.setInputPartition(origin.partition());
        prediction.setInputOffset(origin.offset());
        return prediction;
    }

    /** The document's vector; the outcome has one. */
    static Encoding toEncoding(
            IncomingDocument document, NeuralOutcome network, Pooling pooling, DocumentOrigin origin) {
        List<Float> vector = floats(network.score().encoding());
        return new Encoding(
                document.id(),
                document.source(),
                network.snapshot().version(),
                pooling.name().toLowerCase(Locale.ROOT),
                vector,
                origin.topic(),
                origin.partition(),
                origin.offset());
    }

    private static List<Float> floats(float[] values) {
        List<Float> list = new ArrayList<>(values.length);
        for (float value : values) {
            list.add(value);
        }
        return list;
    }

    /** The last words of the last sentence, {@code <s>} in front where they are fewer than {@code most}. */
    private static List<String> openContext(DocumentTokens document, int most) {
        LinkedList<String> context = new LinkedList<>();
        int[] tokens = document.tokens();
        for (int at = tokens.length - 2; context.size() < most; at--) {
            if (at < 0 || tokens[at] == DocumentTokens.EOS) {
                context.addFirst(DocumentTokens.BOS_WORD);
                break;
            }
            context.addFirst(document.words()[tokens[at]]);
        }
        return context;
    }

    private static double perplexity(double bitsPerToken) {
        return Math.pow(2, bitsPerToken);
    }
}
