package dev.driftline.cli.query;

import com.fasterxml.jackson.databind.JsonNode;
import dev.driftline.generation.TextRequest;
import dev.driftline.generation.TextRequest.Continuation;
import dev.driftline.mixture.PredictedWord;
import dev.driftline.neural.Pooling;
import dev.driftline.prefix.WordPrefix;
import dev.driftline.serving.query.EncodedDocument;
import dev.driftline.serving.query.ModelChoice;
import dev.driftline.serving.query.ModelQueries;
import dev.driftline.serving.query.NextWordsAnswer;
import dev.driftline.serving.query.NextWordsQuery;
import dev.driftline.serving.query.TextAnswer;
import dev.driftline.serving.query.TextQuery;
import dev.driftline.terminal.CommandFailedException;
import dev.driftline.terminal.PlainJson;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.BiFunction;

/** Asks a running instance over HTTP. Every method throws {@link CommandFailedException} if it does not answer. */
final class InstanceQueries implements ModelQueries {

    private final BiFunction<String, Map<String, Object>, String> ask;

    /** @param ask posts a JSON object to a path and gets the answer, JSON */
    InstanceQueries(BiFunction<String, Map<String, Object>, String> ask) {
        this.ask = ask;
    }

    @Override
    public long count(List<String> ngram) {
        return post("/v1/counts", Map.of("ngram", ngram)).get("count").asLong();
    }

    @Override
    public NextWordsAnswer next(NextWordsQuery query) {
        Map<String, Object> asked = new LinkedHashMap<>();
        asked.put("context", query.sentences());
        asked.put("k", query.k());
        put(asked, query.prefix());
        put(asked, query.choice(), query.source());
        JsonNode answer = post("/v1/predict", asked);
        List<PredictedWord> words = new ArrayList<>();
        for (JsonNode word : answer.get("next")) {
            words.add(new PredictedWord(
                    word.get("word").asText(), word.get("probability").asDouble()));
        }
        return new NextWordsAnswer(
                answer.get("model").asText(),
                words,
                answer.at("/unknown/probability").asDouble(),
                answer.get("rest").asDouble());
    }

    private static void put(Map<String, Object> asked, WordPrefix prefix) {
        if (!prefix.isEmpty()) {
            asked.put("prefix", List.of(prefix.text()));
            if (prefix.ignoresCase()) {
                asked.put("ignore_case", true);
            }
        }
    }

    /** Sends only what has an effect: an instance refuses the rest. */
    @Override
    public TextAnswer generate(TextQuery query) {
        TextRequest request = query.request();
        Map<String, Object> asked = new LinkedHashMap<>();
        asked.put("prompt", request.prompt());
        asked.put("sentences", request.sentences());
        asked.put("words", request.words());
        put(asked, request.prefix());
        if (request.beam() > 0) {
            asked.put("beam", request.beam());
            asked.put("length_normalisation", request.lengthNormalisation());
        } else if (request.sampling().topK() != 1) {
            asked.put("temperature", request.sampling().temperature());
        }
        if (request.isDrawn()) {
            asked.put("seed", request.seed());
        }
        if (request.sampling().topK() > 0) {
            asked.put("top_k", request.sampling().topK());
        }
        if (request.sampling().topP() < 1) {
            asked.put("top_p", request.sampling().topP());
        }
        if (!request.constraints().must().isEmpty()) {
            asked.put("must", request.constraints().must());
        }
        if (!request.constraints().mustNot().isEmpty()) {
            asked.put("must_not", request.constraints().mustNot());
        }
        if (request.constraints().maximumRepeats() > 0) {
            asked.put("max_repeats", request.constraints().maximumRepeats());
        }
        put(asked, query.choice(), query.source());
        JsonNode answer = post("/v1/generate", asked);
        List<Continuation> written = new ArrayList<>();
        for (int i = 0; i < answer.get("sentences").size(); i++) {
            List<String> sentence = new ArrayList<>();
            answer.get("sentences").get(i).forEach(word -> sentence.add(word.asText()));
            JsonNode bits = answer.path("bits").path(i);
            written.add(new Continuation(
                    sentence, bits.isNumber() ? OptionalDouble.of(bits.asDouble()) : OptionalDouble.empty()));
        }
        return new TextAnswer(answer.get("drawn_from").asText(), written);
    }

    @Override
    public EncodedDocument encode(List<List<String>> sentences, Pooling pooling) {
        JsonNode answer = post(
                "/v1/encode",
                Map.of("text", sentences, "pooling", pooling.name().toLowerCase(Locale.ROOT)));
        float[] vector = new float[answer.get("vector").size()];
        for (int i = 0; i < vector.length; i++) {
            vector[i] = answer.get("vector").get(i).floatValue();
        }
        return new EncodedDocument(answer.get("snapshot_version").asText(), vector);
    }

    private static void put(Map<String, Object> asked, ModelChoice choice, Optional<String> source) {
        choice.name().ifPresent(name -> asked.put("model", name));
        choice.networkWeight().ifPresent(weight -> asked.put("network_weight", weight));
        source.ifPresent(name -> asked.put("source", name));
    }

    private JsonNode post(String path, Map<String, Object> asked) {
        return PlainJson.read(ask.apply(path, asked));
    }
}
