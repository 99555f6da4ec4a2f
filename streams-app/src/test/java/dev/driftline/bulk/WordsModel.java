package dev.driftline.bulk;

import dev.driftline.bulk.models.ScoringModel;
import dev.driftline.bulk.models.TextCost;
import dev.driftline.bulk.models.TextScorer;
import dev.driftline.text.Tokenizer;
import dev.driftline.text.Tokenizers;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Costs a token a bit for each letter, and takes words with an x for unknown; slow where that is asked for. */
final class WordsModel implements ScoringModel {

    private final long nanosEach;

    WordsModel(int microsEach) {
        nanosEach = TimeUnit.MICROSECONDS.toNanos(microsEach);
    }

    static double bits(String word) {
        return word.length();
    }

    @Override
    public TextScorer scorer() {
        return (source, sentences, eachToken) -> {
            long until = System.nanoTime() + nanosEach;
            while (nanosEach > 0 && System.nanoTime() < until) {
                LockSupport.parkNanos(until - System.nanoTime());
            }
            int tokens =
                    sentences.stream().mapToInt(sentence -> sentence.size() + 1).sum();
            float[] bits = new float[tokens];
            boolean[] unknown = new boolean[tokens];
            double sum = 0;
            int count = 0;
            int at = 0;
            for (List<String> sentence : sentences) {
                for (String word : sentence) {
                    if (word.equals("refused")) {
                        throw new IllegalArgumentException("the model takes no such text");
                    }
                    bits[at] = (float) bits(word);
                    unknown[at] = word.contains("x");
                    count += unknown[at] ? 1 : 0;
                    sum += bits[at++];
                }
                bits[at++] = 1;
                sum += 1;
            }
            return new TextCost(tokens, count, sum, bits, unknown);
        };
    }

    @Override
    public Tokenizer tokenizer() {
        return Tokenizers.named("whitespace");
    }

    @Override
    public String identity() {
        return "words";
    }

    @Override
    public void close() {}
}
