package dev.driftline.demo;

import dev.driftline.schemas.ExpertScore;
import dev.driftline.schemas.Score;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Sums over all scores, for each model. Thread-safe. */
final class ScoreTotals {

    /** The name of the mixture among the models. */
    static final String MIXTURE = "mixture";

    private final Map<String, double[]> bitsByModel = new LinkedHashMap<>();
    private long documents;
    private long tokens;
    private long unknown;
    private long characters;
    private double spellingBits;
    private long firstScoredAt = Long.MAX_VALUE;
    private long lastScoredAt = Long.MIN_VALUE;

    /** Adds one score. */
    synchronized void add(Score score) {
        documents++;
        tokens += score.getTokens();
        unknown += score.getUnknownTokens();
        characters += score.getCharacters();
        spellingBits += score.getSpellingBits();
        long scoredAt = score.getScoredAt().toEpochMilli();
        firstScoredAt = Math.min(firstScoredAt, scoredAt);
        lastScoredAt = Math.max(lastScoredAt, scoredAt);
        for (ExpertScore expert : score.getExperts()) {
            add(expert.getName(), expert.getBits(), expert.getBitsKnown());
        }
        Double known = score.getMixtureBitsKnown();
        add(MIXTURE, score.getMixtureBits(), known == null ? Double.NaN : known);
    }

    private void add(String model, double bits, double bitsKnown) {
        double[] sums = bitsByModel.computeIfAbsent(model, name -> new double[2]);
        sums[0] += bits;
        sums[1] += bitsKnown;
    }

    synchronized long documents() {
        return documents;
    }

    synchronized long tokens() {
        return tokens;
    }

    synchronized long unknown() {
        return unknown;
    }

    /** Milliseconds from the first score to the last, by the service's clock. */
    synchronized long millis() {
        return documents == 0 ? 0 : lastScoredAt - firstScoredAt;
    }

    /** The models, the mixture last. */
    synchronized List<String> models() {
        List<String> models = new ArrayList<>(bitsByModel.keySet());
        models.remove(MIXTURE);
        if (bitsByModel.containsKey(MIXTURE)) {
            models.add(MIXTURE);
        }
        return models;
    }

    private double[] sums(String model) {
        double[] sums = bitsByModel.get(model);
        if (sums == null) {
            throw new IllegalArgumentException("no model '" + model + "', expected one of " + bitsByModel.keySet());
        }
        return sums;
    }

    /** 2^(bits / tokens) of all documents under {@code model}. */
    synchronized double perplexity(String model) {
        return Math.pow(2, sums(model)[0] / tokens);
    }

    /** The same over the tokens that the model knew; NaN where the scores do not say. */
    synchronized double perplexityKnown(String model) {
        return Math.pow(2, sums(model)[1] / (tokens - unknown));
    }

    /** Bits a character, unknown words spelled out. */
    synchronized double bitsPerCharacter(String model) {
        return (sums(model)[0] + spellingBits) / characters;
    }
}
