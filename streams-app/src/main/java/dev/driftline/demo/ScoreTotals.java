package dev.driftline.demo;

import dev.driftline.schemas.ExpertScore;
import dev.driftline.schemas.Headline;
import dev.driftline.schemas.Score;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Sums over all scores, for each model over the documents that it has scored. Thread-safe. */
final class ScoreTotals {

    /** The name of the mixture among the models. */
    static final String MIXTURE = "mixture";

    /** What the documents that one model has scored cost under it. */
    private static final class Sums {
        private double bits;
        private double letterBits;
        private double spellingBits;
        private double knownBits;
        private long tokens;
        private long unknown;
        private long characters;
    }

    private final Map<String, Sums> byModel = new LinkedHashMap<>();
    private long documents;
    private long tokens;
    private long unknown;
    private long firstScoredAt = Long.MAX_VALUE;
    private long lastScoredAt = Long.MIN_VALUE;

    /** Adds one score. */
    synchronized void add(Score score) {
        documents++;
        tokens += score.getTokens();
        unknown += score.getUnknownTokens();
        long scoredAt = score.getScoredAt().toEpochMilli();
        firstScoredAt = Math.min(firstScoredAt, scoredAt);
        lastScoredAt = Math.max(lastScoredAt, scoredAt);
        for (ExpertScore expert : score.getExperts()) {
            add(score, expert.getName(), expert.getBits(), expert.getBitsKnown());
        }
        Double known = score.getMixtureBitsKnown();
        add(score, MIXTURE, score.getMixtureBits(), known == null ? Double.NaN : known);
    }

    private void add(Score score, String model, double bits, double bitsKnown) {
        Sums sums = byModel.computeIfAbsent(model, name -> new Sums());
        sums.bits += bits;
        sums.letterBits += Headline.letterBits(score);
        sums.spellingBits += score.getSpellingBits();
        sums.knownBits += bitsKnown;
        sums.tokens += score.getTokens();
        sums.unknown += score.getUnknownTokens();
        sums.characters += score.getCharacters();
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
        List<String> models = new ArrayList<>(byModel.keySet());
        models.remove(MIXTURE);
        if (byModel.containsKey(MIXTURE)) {
            models.add(MIXTURE);
        }
        return models;
    }

    private Sums sums(String model) {
        Sums sums = byModel.get(model);
        if (sums == null) {
            throw new IllegalArgumentException("no model '" + model + "', expected one of " + byModel.keySet());
        }
        return sums;
    }

    /** The headline of the documents that {@code model} has scored, unknown words spelled out. */
    synchronized double perplexity(String model) {
        Sums sums = sums(model);
        return Math.pow(2, (sums.bits + sums.letterBits) / sums.tokens);
    }

    /** The same with {@code <unk>} as a class. */
    synchronized double classPerplexity(String model) {
        Sums sums = sums(model);
        return Math.pow(2, sums.bits / sums.tokens);
    }

    /** The tokens of the documents that {@code model} has scored: all, but for a network that came later. */
    synchronized long tokens(String model) {
        return sums(model).tokens;
    }

    /** The same over the tokens that the model knew; NaN where the scores do not say. */
    synchronized double perplexityKnown(String model) {
        Sums sums = sums(model);
        return Math.pow(2, sums.knownBits / (sums.tokens - sums.unknown));
    }

    /** Bits a character, unknown words spelled out. */
    synchronized double bitsPerCharacter(String model) {
        Sums sums = sums(model);
        return (sums.bits + sums.spellingBits) / sums.characters;
    }
}
