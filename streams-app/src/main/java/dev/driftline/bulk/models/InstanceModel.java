package dev.driftline.bulk.models;

import com.fasterxml.jackson.databind.JsonNode;
import dev.driftline.mixture.MixtureSettings;
import dev.driftline.terminal.PlainJson;
import dev.driftline.text.Tokenizer;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

/** The model of a running service, by {@code POST /v1/score}, which goes on learning meanwhile. */
public final class InstanceModel implements ScoringModel {

    /** Posts to the service. Thread-safe. */
    public interface Posting {
        /**
         * The answer, JSON.
         *
         * @throws IllegalArgumentException if the service refuses this request but may take others
         * @throws IOException if it does not answer
         */
        String post(String path, String body) throws IOException;
    }

    private final Posting service;
    private final Supplier<Tokenizer> tokenizers;
    private final String address;

    /** @param address what it is called */
    public InstanceModel(Posting service, Supplier<Tokenizer> tokenizers, String address) {
        this.service = service;
        this.tokenizers = tokenizers;
        this.address = address;
    }

    @Override
    public TextScorer scorer() {
        return (source, sentences, eachToken) -> {
            Map<String, Object> asked = new LinkedHashMap<>();
            asked.put("text", sentences);
            asked.put("source", source);
            JsonNode answer = PlainJson.read(service.post("/v1/score", PlainJson.line(asked)));
            JsonNode tokens = answer.get("tokens");
            int count = tokens.size();
            float[] bits = new float[eachToken ? count : 0];
            boolean[] isUnknown = new boolean[eachToken ? count : 0];
            for (int i = 0; i < isUnknown.length; i++) {
                JsonNode token = tokens.get(i);
                bits[i] = (float)
                        (token.path("bits").path(MixtureSettings.MIXTURE).asDouble()
                                + token.path("spelling").asDouble(0));
                isUnknown[i] = !token.path("known").asBoolean();
            }
            int unknown = answer.path("unknown_tokens").asInt();
            return new TextCost(count, unknown, answer.path("bits_per_token").asDouble() * count, bits, isUnknown);
        };
    }

    @Override
    public Tokenizer tokenizer() {
        return tokenizers.get();
    }

    @Override
    public String identity() {
        return "instance " + address;
    }

    @Override
    public void close() {}
}
