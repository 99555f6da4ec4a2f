package dev.driftline.cli.query;

import com.fasterxml.jackson.databind.JsonNode;
import dev.driftline.generation.TextRequest;
import dev.driftline.generation.TextRequest.Continuation;
import dev.driftline.mixture.PredictedWord;
import dev.driftline.neural.Pooling;
import dev.driftline.scoring.DocumentTokens;
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
import java.util.stream.Collectors;

/** Asks a running instance over HTTP. Every method throws {@link CommandFailedException} if it does not answer. */
final class InstanceQueries implements ModelQueries {

    private final BiFunction<String, Map<String, String>, String> ask;

    /** @param ask gets the answer, JSON, to a path and its query */
    InstanceQueries(BiFunction<String, Map<String, String>, String> ask) {
        this.ask = ask;
    }

    @Override
    public long count(List<String> ngram) {
        return get("/v1/counts", Map.of("ngram", words(ngram))).get("count").asLong();
    }

    @Override
    public NextWordsAnswer next(NextWordsQuery query) {
        Map<String, String> parameters = new LinkedHashMap<>();
        parameters.put(
                "context",
                query.sentences().stream()
                        .map(InstanceQueries::words)
                        .collect(Collectors.joining(" " + DocumentTokens.EOS_WORD + " ")));
        parameters.put("k", Integer.toString(query.k()));
        put(parameters, query.choice(), query.source());
        JsonNode answer = get("/v1/next", parameters);
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

    @Override
    public TextAnswer generate(TextQuery query) {
        TextRequest request = query.request();
        Map<String, String> parameters = new LinkedHashMap<>();
        parameters.put("prompt", words(request.prompt()));
        parameters.put("sentences", Integer.toString(request.sentences()));
        parameters.put("words", Integer.toString(request.words()));
        if (request.beam() > 0) {
            parameters.put("beam", Integer.toString(request.beam()));
            parameters.put("length_normalisation", Double.toString(request.lengthNormalisation()));
        } else {
            parameters.put("temperature", Double.toString(request.sampling().temperature()));
        }
        if (request.isDrawn()) {
            parameters.put("seed", Long.toString(request.seed()));
        }
        if (request.sampling().topK() > 0) {
            parameters.put("top_k", Integer.toString(request.sampling().topK()));
        }
        if (request.sampling().topP() < 1) {
            parameters.put("top_p", Double.toString(request.sampling().topP()));
        }
        if (!request.constraints().must().isEmpty()) {
            parameters.put("must", words(request.constraints().must()));
        }
        parameters.put("must_not", words(List.copyOf(request.constraints().mustNot())));
        parameters.put("max_repeats", Integer.toString(request.constraints().maximumRepeats()));
        put(parameters, query.choice(), query.source());
        JsonNode answer = get("/v1/generate", parameters);
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
        String text = sentences.stream()
                .map(sentence -> words(sentence) + " " + DocumentTokens.EOS_WORD)
                .collect(Collectors.joining(" "));
        JsonNode answer =
                get("/v1/encode", Map.of("text", text, "pooling", pooling.name().toLowerCase(Locale.ROOT)));
        float[] vector = new float[answer.get("vector").size()];
        for (int i = 0; i < vector.length; i++) {
            vector[i] = answer.get("vector").get(i).floatValue();
        }
        return new EncodedDocument(answer.get("snapshot_version").asText(), vector);
    }

    private static void put(Map<String, String> parameters, ModelChoice choice, Optional<String> source) {
        choice.name().ifPresent(name -> parameters.put("model", name));
        choice.networkWeight().ifPresent(weight -> parameters.put("network_weight", Double.toString(weight)));
        source.ifPresent(name -> parameters.put("source", name));
    }

    private static String words(List<String> words) {
        return String.join(" ", words);
    }

    private JsonNode get(String path, Map<String, String> parameters) {
        return PlainJson.read(ask.apply(path, parameters));
    }
}
