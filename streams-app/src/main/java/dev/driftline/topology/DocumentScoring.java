package dev.driftline.topology;

import dev.driftline.ngram.PageStore;
import dev.driftline.schemas.Candidate;
import dev.driftline.schemas.ExpertScore;
import dev.driftline.schemas.ModelPrediction;
import dev.driftline.schemas.Prediction;
import dev.driftline.schemas.Score;
import dev.driftline.scoring.Candidates;
import dev.driftline.scoring.DocumentTokens;
import dev.driftline.scoring.NgramProbabilities;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Makes scores and predictions of what the n-gram model says, mixed for the document's source. */
final class DocumentScoring {

    private static final double BITS = 1 / Math.log(2);

    private final TopologySettings settings;

    DocumentScoring(TopologySettings settings, PageStore sources) {
        this.settings = settings;
    }

    Score score(IncomingDocument document, NgramProbabilities positions, DocumentOrigin origin, long now) {
        int order = settings.model().order();
        int tokens = positions.rows();
        double[] bits = new double[order];
        double[] bitsKnown = new double[order];
        double spelling = 0;
        int unknown = 0;
        for (int row = 0; row < tokens; row++) {
            boolean isUnknown = positions.unknown()[row];
            if (isUnknown) {
                unknown++;
                spelling += positions.spellingBits()[row];
            }
            for (int m = 1; m <= order; m++) {
                double surprisal = -Math.log(positions.probability(row, m)) * BITS;
                bits[m - 1] += surprisal;
                if (!isUnknown) {
                    bitsKnown[m - 1] += surprisal;
                }
            }
        }
        List<ExpertScore> experts = new ArrayList<>(order);
        for (int m = 1; m <= order; m++) {
            experts.add(new ExpertScore(
                    settings.model().modelName(m),
                    bits[m - 1],
                    Math.exp(bits[m - 1] / tokens / BITS),
                    bitsKnown[m - 1]));
        }
        double top = bits[order - 1];
        double perToken = top / tokens;
        int characters = characters(document.tokens());
        return Score.newBuilder()
                .setId(document.id())
                .setSource(document.source())
                .setPublishedAt(Instant.ofEpochMilli(document.publishedAt()))
                .setScoredAt(Instant.ofEpochMilli(now))
                .setSmoothing(settings.model().smoothing().label())
                .setOrder(order)
                .setTokens(tokens)
                .setUnknownTokens(unknown)
                .setCharacters(characters)
                .setNgramBitsPerToken(perToken)
                .setNgramPerplexity(Math.exp(perToken / BITS))
                .setMixtureBits(top)
                .setMixtureBitsPerToken(perToken)
                .setMixturePerplexity(Math.exp(perToken / BITS))
                .setSpellingBits(spelling)
                .setBitsPerCharacter((top + spelling) / characters)
                .setMixtureWeights(Map.of())
                .setExperts(experts)
                .setLearned(document.learn())
                .setInputTopic(origin.topic())
                .setInputPartition(origin.partition())
                .setInputOffset(origin.offset())
                .build();
    }

    Prediction predict(IncomingDocument document, Candidates candidates, DocumentOrigin origin, long now) {
        int order = settings.model().order();
        List<Candidate> best = IntStream.range(0, candidates.words().size())
                .mapToObj(i -> new Candidate(
                        candidates.words().get(i), candidates.probabilities().probability(i, order)))
                .sorted(Comparator.comparingDouble(Candidate::getProbability).reversed())
                .limit(settings.predictions())
                .toList();
        return Prediction.newBuilder()
                .setId(document.id())
                .setSource(document.source())
                .setScoredAt(Instant.ofEpochMilli(now))
                .setContext(List.of())
                .setModels(List.of(new ModelPrediction(settings.model().modelName(order), best)))
                .setInputTopic(origin.topic())
                .setInputPartition(origin.partition())
                .setInputOffset(origin.offset())
                .build();
    }

    /** Code points of all tokens but {@code </s>}, and one separator a token, {@code </s>} among them. */
    private static int characters(DocumentTokens document) {
        int[] lengths = new int[document.words().length];
        for (int word = 2; word < lengths.length; word++) {
            lengths[word] = document.words()[word].codePointCount(0, document.words()[word].length());
        }
        int characters = document.tokens().length;
        for (int token : document.tokens()) {
            characters += lengths[token];
        }
        return characters;
    }
}
