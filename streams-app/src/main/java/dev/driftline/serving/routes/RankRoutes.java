package dev.driftline.serving.routes;

import static dev.driftline.serving.http.request.JsonFields.fields;
import static dev.driftline.serving.routes.ModelJson.number;

import dev.driftline.mixture.DocumentScore;
import dev.driftline.scoring.DocumentTokens;
import dev.driftline.serving.http.Problem;
import dev.driftline.serving.http.ProblemException;
import dev.driftline.serving.http.RequestPool;
import dev.driftline.serving.http.RouteGroup;
import dev.driftline.serving.http.request.RequestArguments;
import dev.driftline.serving.http.request.RequestArguments.RequestText;
import dev.driftline.serving.query.DocumentScores;
import io.javalin.config.RoutesConfig;
import io.javalin.http.BadRequestResponse;
import io.javalin.http.Context;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Which of several texts is the most probable, or which of several sources has most probably written a text. Unknown words are
 * spelled out, so that a misspelling is never better than a word.
 *
 * <pre>
 * POST /v1/rank  {"candidates": [… ], "context": …}  or  {"text": …, "sources": [… ]}
 * </pre>
 */
final class RankRoutes implements RouteGroup {

    private static final int MOST_CANDIDATES = 100;

    private final DocumentScores scores;
    private final RequestDocuments documents;
    private final RequestPool pool;

    RankRoutes(DocumentScores scores, RequestDocuments documents, RequestPool pool) {
        this.scores = scores;
        this.documents = documents;
        this.pool = pool;
    }

    @Override
    public void addTo(RoutesConfig routes) {
        routes.post("/v1/rank", this::rank);
    }

    private void rank(Context context) {
        RequestArguments arguments = RequestArguments.of(
                context, "candidates", "context", "source", "text", "sources", "tokenizer", "language");
        arguments.refuseBoth("candidates", "sources");
        if (!arguments.has("candidates") && !arguments.has("sources")) {
            throw new BadRequestResponse(
                    "there are neither candidates, to be ranked as texts, nor sources, to be ranked"
                            + " as those who may have written text: give one of them");
        }
        if (arguments.has("sources")) {
            arguments.refuse("context", "has no effect where sources are ranked: give the whole text in text");
            arguments.refuse("source", "has no effect where sources are ranked: leave it out");
            rankSources(context, arguments);
        } else {
            arguments.refuse("text", "has no effect where candidates are ranked: text before them is their context");
            rankCandidates(context, arguments);
        }
    }

    private void rankCandidates(Context context, RequestArguments arguments) {
        List<RequestText> candidates = arguments.givenEach("candidates");
        checkMany("candidates", candidates.size());
        documents.refuseLanguageOfTokens(
                arguments,
                Stream.concat(candidates.stream(), arguments.givenIn("context").stream())
                        .toList());
        List<List<String>> before = documents.open(arguments, "context");
        List<DocumentTokens> continued = new ArrayList<>();
        int tokens = 0;
        List<String> written = new ArrayList<>();
        for (RequestText candidate : candidates) {
            DocumentTokens document = continued(before, RequestDocuments.closed(documents.open(candidate, arguments)));
            written.add(documents.written(candidate, arguments));
            tokens += document.tokens().length;
            continued.add(document);
        }
        documents.check(tokens);
        int known = before.stream().mapToInt(List::size).sum() + Math.max(0, before.size() - 1);
        Optional<String> source = arguments.text("source");
        pool.answer(context, () -> {
            List<DocumentScores.Scored> scored = scores.score(continued, source);
            List<Ranked> ranked = new ArrayList<>();
            for (int i = 0; i < scored.size(); i++) {
                double bits = 0;
                float[] all = scored.get(i).score().surprisals();
                float[] spelling = scored.get(i).score().spelling();
                for (int token = known; token < all.length; token++) {
                    bits += spelling.length == 0 ? all[token] : all[token] + spelling[token];
                }
                ranked.add(new Ranked(written.get(i), bits, Math.max(1, all.length - known), true));
            }
            return fields("ranked", json("candidate", ranked), "snapshot_version", version(scored));
        });
    }

    /** The candidate goes on with the last sentence of the context. */
    private static DocumentTokens continued(List<List<String>> before, List<List<String>> candidate) {
        if (candidate.isEmpty()) {
            throw ProblemException.cannotHonour("a candidate has no words: each needs at least one");
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
        DocumentTokens document = documents.document(arguments);
        pool.answer(context, () -> {
            List<DocumentScores.Scored> scored = scores.scoreFor(document, sources);
            List<Ranked> ranked = new ArrayList<>();
            for (int i = 0; i < scored.size(); i++) {
                DocumentScore score = scored.get(i).score();
                ranked.add(new Ranked(
                        sources.get(i),
                        score.bitsPerToken() * score.tokens(),
                        score.tokens(),
                        scored.get(i).sourceKnown()));
            }
            return fields("ranked", json("source", ranked), "snapshot_version", version(scored));
        });
    }

    private static void checkMany(String name, int count) {
        if (count < 1) {
            throw ProblemException.cannotHonour(name + " is empty: give 1 to " + MOST_CANDIDATES);
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

    private static @Nullable String version(List<DocumentScores.Scored> scored) {
        return scored.get(0).snapshot().orElse(null);
    }
}
