package dev.driftline.serving.routes;

import static dev.driftline.serving.http.request.JsonFields.fields;
import static dev.driftline.serving.routes.ModelJson.number;
import static dev.driftline.serving.routes.ModelJson.words;

import dev.driftline.mixture.DocumentScore;
import dev.driftline.mixture.MixtureSettings;
import dev.driftline.scoring.DocumentTokens;
import dev.driftline.serving.http.Problem;
import dev.driftline.serving.http.ProblemException;
import dev.driftline.serving.http.RequestPool;
import dev.driftline.serving.http.RouteGroup;
import dev.driftline.serving.http.request.RequestArguments;
import dev.driftline.serving.query.DocumentScores;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * How surprising a text is, with everything that the stream scores with.
 *
 * <pre>
 * POST /v1/score  {"text": …, "source": …, "alternatives": 3}
 * </pre>
 */
final class ScoreRoutes implements RouteGroup {

    private static final int MOST_ALTERNATIVES = 20;
    private static final int MOST_TOKENS_WITH_ALTERNATIVES = 200;

    private final DocumentScores scores;
    private final RequestDocuments documents;
    private final RequestPool pool;

    ScoreRoutes(DocumentScores scores, RequestDocuments documents, RequestPool pool) {
        this.scores = scores;
        this.documents = documents;
        this.pool = pool;
    }

    @Override
    public void addTo(RoutesConfig routes) {
        routes.post("/v1/score", this::score);
    }

    private void score(Context context) {
        RequestArguments arguments =
                RequestArguments.of(context, "text", "source", "tokenizer", "language", "alternatives");
        DocumentTokens document = documents.document(arguments);
        List<@Nullable String> literals = documents.literals(arguments);
        int alternatives = arguments.whole("alternatives", 0, 0, MOST_ALTERNATIVES);
        if (alternatives > 0 && document.tokens().length > MOST_TOKENS_WITH_ALTERNATIVES) {
            throw new ProblemException(Problem.limit(
                    "too-many-tokens",
                    422,
                    "Too many tokens",
                    document.tokens().length + " tokens are more than the " + MOST_TOKENS_WITH_ALTERNATIVES
                            + " for which alternatives are given: ask without, or piece by piece",
                    MOST_TOKENS_WITH_ALTERNATIVES));
        }
        Optional<String> source = arguments.text("source");
        pool.answer(context, () -> json(scores.score(document, source, alternatives), source, literals));
    }

    private Map<String, Object> json(
            DocumentScores.Scored scored, Optional<String> source, List<@Nullable String> literals) {
        DocumentScore score = scored.score();
        int[] shown = shown(scored);
        return fields(
                "perplexity",
                number(score.perplexity()),
                "bits_per_token",
                number(score.bitsPerToken()),
                "class_perplexity",
                number(score.classPerplexity(MixtureSettings.MIXTURE)),
                "class_bits_per_token",
                number(score.bits(MixtureSettings.MIXTURE) / score.tokens()),
                "unknown_rate",
                score.unknownRate(),
                "tokens",
                IntStream.range(0, scored.document().tokens().length)
                        .mapToObj(token -> token(scored, token, shown, literals.isEmpty() ? null : literals.get(token)))
                        .toList(),
                "models",
                models(score, shown),
                "mixture_weights",
                weights(score),
                "unknown_tokens",
                score.unknown(),
                "bits_per_character",
                number(score.bitsPerCharacter(MixtureSettings.MIXTURE)),
                "source",
                source.orElse(null),
                "source_known",
                scored.sourceKnown(),
                "snapshot_version",
                scored.snapshot().orElse(null));
    }

    /** The models that took part, the mixture first; the network is among them only where there was one. */
    private int[] shown(DocumentScores.Scored scored) {
        List<String> names = scored.score().models();
        return IntStream.iterate(names.size() - 1, model -> model >= 0, model -> model - 1)
                .filter(model ->
                        scored.snapshot().isPresent() || !scores.networkName().equals(Optional.of(names.get(model))))
                .toArray();
    }

    /** @param literal what stood in the text for it; null where that is the token itself */
    private static Map<String, Object> token(
            DocumentScores.Scored scored, int token, int[] shown, @Nullable String literal) {
        DocumentScore score = scored.score();
        Map<String, Object> bits = new LinkedHashMap<>();
        for (int model : shown) {
            bits.put(score.models().get(model), number(score.modelSurprisals()[model][token]));
        }
        String word = scored.document().words()[scored.document().tokens()[token]];
        Map<String, Object> json = fields("word", word, "known", !scored.rows().unknown()[token], "bits", bits);
        if (literal != null) {
            json.put("literal", literal);
        }
        if (scored.rows().unknown()[token]) {
            json.put("spelling", number(score.spelling()[token]));
        }
        if (!scored.expected().isEmpty()) {
            json.put("expected", words(scored.expected().get(token)));
        }
        return json;
    }

    private static Map<String, Object> models(DocumentScore score, int[] shown) {
        Map<String, Object> models = new LinkedHashMap<>();
        for (int model : shown) {
            String name = score.models().get(model);
            double bits = score.bits()[model];
            models.put(
                    name,
                    fields(
                            "bits",
                            number(bits),
                            "perplexity",
                            number(Math.pow(2, score.bitsPerToken(name))),
                            "bits_per_token",
                            number(score.bitsPerToken(name)),
                            "class_perplexity",
                            number(score.classPerplexity(name)),
                            "class_bits_per_token",
                            number(bits / score.tokens())));
        }
        return models;
    }

    private static Map<String, Object> weights(DocumentScore score) {
        Map<String, Object> weights = new LinkedHashMap<>();
        for (int expert = 0; expert < score.experts().size(); expert++) {
            weights.put(score.experts().get(expert), score.meanWeights()[expert]);
        }
        return weights;
    }
}
