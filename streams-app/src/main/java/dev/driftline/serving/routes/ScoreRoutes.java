package dev.driftline.serving.routes;

import static dev.driftline.serving.http.JsonFields.fields;

import dev.driftline.mixture.DocumentScore;
import dev.driftline.mixture.MixtureSettings;
import dev.driftline.mixture.NextWordPrediction;
import dev.driftline.mixture.PredictedWord;
import dev.driftline.scoring.DocumentTokens;
import dev.driftline.serving.http.Problem;
import dev.driftline.serving.http.ProblemException;
import dev.driftline.serving.http.RequestArguments;
import dev.driftline.serving.http.RequestPool;
import dev.driftline.serving.http.RouteGroup;
import dev.driftline.serving.query.DocumentQueries;
import dev.driftline.serving.query.SnapshotUnavailableException;
import io.javalin.config.RoutesConfig;
import io.javalin.http.BadRequestResponse;
import io.javalin.http.Context;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How surprising a text is, which of several is the likelier, whose it is, and what comes next, with everything that the stream
 * scores with.
 *
 * <pre>
 * POST /v1/score    {"text": …, "source": …, "alternatives": 3}
 * POST /v1/rank     {"candidates": [… ], "context": …}  or  {"text": …, "sources": [… ]}
 * POST /v1/predict  {"text": …, "k": 10, "source": …}, and GET with a query
 * </pre>
 */
final class ScoreRoutes implements RouteGroup {

    private static final int MOST_ALTERNATIVES = 20;
    private static final int MOST_TOKENS_WITH_ALTERNATIVES = 200;
    private static final int MOST_CANDIDATES = 100;
    private static final int MOST_WORDS = 1000;

    private final DocumentQueries model;
    private final RequestDocuments texts;
    private final RequestPool work;

    ScoreRoutes(DocumentQueries model, RequestDocuments texts, RequestPool work) {
        this.model = model;
        this.texts = texts;
        this.work = work;
    }

    @Override
    public void addTo(RoutesConfig routes) {
        routes.post("/v1/score", this::score);
        routes.post("/v1/rank", this::rank);
        routes.post("/v1/predict", this::predict);
        routes.get("/v1/predict", this::predict);
    }

    // ---- score

    private void score(Context context) {
        RequestArguments arguments =
                RequestArguments.of(context, "text", "sentences", "source", "tokenizer", "language", "alternatives");
        DocumentTokens document = texts.document(arguments);
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
        work.answer(
                context,
                () -> json(model.score(List.of(document), source, alternatives).get(0), source));
    }

    private Map<String, Object> json(DocumentQueries.Scored scored, Optional<String> source) {
        DocumentScore score = scored.score();
        List<String> names = score.models();
        boolean[] shown = shown(scored);
        List<Object> tokens = new ArrayList<>();
        for (int i = 0; i < scored.document().tokens().length; i++) {
            Map<String, Object> token =
                    fields("word", word(scored, i), "known", !scored.rows().unknown()[i]);
            Map<String, Object> bits = new LinkedHashMap<>();
            for (int m = names.size() - 1; m >= 0; m--) {
                if (shown[m]) {
                    bits.put(names.get(m), number(score.modelSurprisals()[m][i]));
                }
            }
            token.put("bits", bits);
            if (!scored.expected().isEmpty()) {
                token.put("expected", words(scored.expected().get(i)));
            }
            tokens.add(token);
        }
        Map<String, Object> models = new LinkedHashMap<>();
        for (int m = names.size() - 1; m >= 0; m--) {
            if (shown[m]) {
                double bits = score.bits()[m];
                models.put(
                        names.get(m),
                        fields(
                                "bits",
                                number(bits),
                                "perplexity",
                                number(score.perplexity(names.get(m))),
                                "bits_per_token",
                                number(bits / score.tokens())));
            }
        }
        Map<String, Object> weights = new LinkedHashMap<>();
        for (int i = 0; i < score.experts().size(); i++) {
            weights.put(score.experts().get(i), score.meanWeights()[i]);
        }
        return fields(
                "tokens",
                tokens,
                "models",
                models,
                "mixture_weights",
                weights,
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

    /** Which models took part: the network only where there was one. */
    private boolean[] shown(DocumentQueries.Scored scored) {
        List<String> names = scored.score().models();
        boolean[] shown = new boolean[names.size()];
        for (int m = 0; m < shown.length; m++) {
            shown[m] = scored.snapshot().isPresent() || !model.networkName().equals(Optional.of(names.get(m)));
        }
        return shown;
    }

    private static String word(DocumentQueries.Scored scored, int token) {
        return scored.document().words()[scored.document().tokens()[token]];
    }

    /** JSON has no infinity: a model that gives a word probability 0 says null. */
    private static Double number(double value) {
        return Double.isFinite(value) ? value : null;
    }

    private static List<Map<String, Object>> words(List<PredictedWord> words) {
        return words.stream()
                .map(word -> fields("word", word.word(), "probability", Math.min(1, word.probability())))
                .toList();
    }

    // ---- rank

    private void rank(Context context) {
        RequestArguments arguments = RequestArguments.of(
                context, "candidates", "context", "source", "text", "sentences", "sources", "tokenizer", "language");
        if (arguments.has("candidates") == arguments.has("sources")) {
            throw new BadRequestResponse("expected either candidates, to be ranked as text, or sources, to be ranked as"
                    + " those who may have written text");
        }
        if (arguments.has("sources")) {
            rankSources(context, arguments);
        } else {
            rankCandidates(context, arguments);
        }
    }

    private void rankCandidates(Context context, RequestArguments arguments) {
        List<String> candidates = arguments.texts("candidates");
        checkMany("candidates", candidates.size());
        List<List<String>> before = arguments.text("context").isPresent()
                ? texts.sentences(arguments.text("context").get(), arguments)
                : List.of();
        List<DocumentTokens> documents = new ArrayList<>();
        int tokens = 0;
        for (String candidate : candidates) {
            DocumentTokens document = continued(before, texts.sentences(candidate, arguments));
            tokens += document.tokens().length;
            documents.add(document);
        }
        texts.check(tokens);
        int known = before.stream().mapToInt(List::size).sum() + Math.max(0, before.size() - 1);
        Optional<String> source = arguments.text("source");
        work.answer(context, () -> {
            List<DocumentQueries.Scored> scored = model.score(documents, source, 0);
            List<Ranked> ranked = new ArrayList<>();
            for (int i = 0; i < scored.size(); i++) {
                double bits = 0;
                float[] all = scored.get(i).score().surprisals();
                for (int token = known; token < all.length; token++) {
                    bits += all[token];
                }
                ranked.add(new Ranked(candidates.get(i), bits, Math.max(1, all.length - known), true));
            }
            return fields("ranked", json("candidate", ranked), "snapshot_version", version(scored));
        });
    }

    /** The candidate goes on with the last sentence of the context. */
    private static DocumentTokens continued(List<List<String>> before, List<List<String>> candidate) {
        if (candidate.isEmpty()) {
            throw new BadRequestResponse("a candidate has no word");
        }
        List<List<String>> sentences = new ArrayList<>(before);
        List<String> first = new ArrayList<>();
        if (!sentences.isEmpty()) {
            first.addAll(sentences.remove(sentences.size() - 1));
        }
        first.addAll(candidate.get(0));
        sentences.add(first);
        sentences.addAll(candidate.subList(1, candidate.size()));
        return DocumentTokens.of(sentences);
    }

    private void rankSources(Context context, RequestArguments arguments) {
        List<String> sources = arguments.texts("sources");
        checkMany("sources", sources.size());
        DocumentTokens document = texts.document(arguments);
        work.answer(context, () -> {
            List<DocumentQueries.Scored> scored = model.scoreFor(document, sources);
            List<Ranked> ranked = new ArrayList<>();
            for (int i = 0; i < scored.size(); i++) {
                DocumentScore score = scored.get(i).score();
                ranked.add(new Ranked(
                        sources.get(i),
                        score.bits(MixtureSettings.MIXTURE),
                        score.tokens(),
                        scored.get(i).sourceKnown()));
            }
            return fields("ranked", json("source", ranked), "snapshot_version", version(scored));
        });
    }

    private static void checkMany(String name, int count) {
        if (count < 1) {
            throw new BadRequestResponse(name + " is empty");
        }
        if (count > MOST_CANDIDATES) {
            throw new ProblemException(Problem.limit(
                    "too-many-candidates",
                    422,
                    "Too many candidates",
                    count + " " + name + " are more than the " + MOST_CANDIDATES + " that are ranked at a time",
                    MOST_CANDIDATES));
        }
    }

    private record Ranked(String name, double bits, int tokens, boolean known) {}

    /** Best first, with the probability of each if it is one of these. */
    private static List<Map<String, Object>> json(String what, List<Ranked> ranked) {
        double least = ranked.stream().mapToDouble(Ranked::bits).min().orElse(0);
        double sum = ranked.stream()
                .mapToDouble(one -> Math.pow(2, least - one.bits()))
                .sum();
        return ranked.stream()
                .sorted(Comparator.comparingDouble(Ranked::bits))
                .map(one -> {
                    Map<String, Object> json = fields(
                            what,
                            one.name(),
                            "bits",
                            number(one.bits()),
                            "bits_per_token",
                            number(one.bits() / one.tokens()),
                            "share",
                            Math.pow(2, least - one.bits()) / sum);
                    if (what.equals("source")) {
                        json.put("source_known", one.known());
                    }
                    return json;
                })
                .toList();
    }

    private static String version(List<DocumentQueries.Scored> scored) {
        return scored.get(0).snapshot().orElse(null);
    }

    // ---- predict

    private void predict(Context context) {
        RequestArguments arguments =
                RequestArguments.of(context, "context", "text", "tokenizer", "language", "k", "model", "source");
        int k = arguments.whole("k", 10, 1, MOST_WORDS);
        List<List<String>> sentences = arguments.has("text")
                ? texts.sentences(arguments.text("text").orElseThrow(), arguments)
                : texts.open(arguments.words("context"));
        DocumentTokens document = DocumentTokens.of(sentences.isEmpty() ? List.of(List.<String>of()) : sentences);
        texts.check(document.tokens().length);
        String asked = arguments.text("model").orElse(MixtureSettings.MIXTURE);
        Optional<String> source = arguments.text("source");
        work.answer(context, () -> {
            NextWordPrediction prediction = named(asked, model.next(document, source, k));
            List<String> words = sentences.isEmpty() ? List.of() : sentences.get(sentences.size() - 1);
            return fields("context", words, "model", prediction.model(), "next", words(prediction.words()));
        });
    }

    /** The prediction of a model by its name, or by what it is: ngram, network or mixture. */
    private NextWordPrediction named(String asked, List<NextWordPrediction> predictions) {
        List<String> names = predictions.stream().map(NextWordPrediction::model).toList();
        String name = asked;
        if (asked.equals("ngram") && !names.isEmpty()) {
            name = names.get(0);
        } else if (asked.equals("network")) {
            name = model.networkName().orElse(asked);
            if (!names.contains(name)) {
                throw new SnapshotUnavailableException("there is no network that could predict yet");
            }
        }
        for (NextWordPrediction prediction : predictions) {
            if (prediction.model().equals(name)) {
                return prediction;
            }
        }
        if (predictions.isEmpty() && (asked.equals(MixtureSettings.MIXTURE) || asked.equals("ngram"))) {
            return new NextWordPrediction(asked, List.of());
        }
        throw new IllegalArgumentException(
                "model=" + asked + " is not one of ngram, network, mixture and " + String.join(", ", names));
    }
}
