package dev.driftline.drift;

import dev.driftline.codec.Varints;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;

/** What surprising words usually cost in a source: the {@value #CAPACITY} that cost most, with the decay of the baseline. */
final class WordBaseline {

    static final int CAPACITY = 48;

    private static final double DECAY = 1 - 1.0 / 256;

    private final Map<String, Double> bits = new HashMap<>();
    private double tokens;

    /** Adds the words of a unit, with their bits above {@code mean} at each occurrence. */
    void add(Unit unit, double mean) {
        tokens = DECAY * tokens + unit.tokens();
        bits.replaceAll((word, before) -> DECAY * before);
        for (SurprisingWord word : unit.words()) {
            bits.merge(word.word(), Math.max(0, word.bits() - word.count() * mean), Double::sum);
        }
        while (bits.size() > CAPACITY) {
            bits.remove(bits.entrySet().stream()
                    .min(Comparator.comparingDouble((Map.Entry<String, Double> entry) -> entry.getValue())
                            .thenComparing(Map.Entry::getKey))
                    .orElseThrow()
                    .getKey());
        }
    }

    /** Bits above the mean that {@code word} usually costs, per token of text. */
    double bitsPerToken(String word) {
        return tokens == 0 ? 0 : bits.getOrDefault(word, 0.0) / tokens;
    }

    void write(Varints.Writer out) {
        out.writeDouble(tokens);
        out.writeInt(bits.size());
        bits.entrySet().stream().sorted(Map.Entry.comparingByKey()).forEach(entry -> {
            out.writeBytes(entry.getKey().getBytes(StandardCharsets.UTF_8));
            out.writeDouble(entry.getValue());
        });
    }

    static WordBaseline read(Varints.Reader in) {
        WordBaseline baseline = new WordBaseline();
        baseline.tokens = in.readDouble();
        for (int left = in.readInt(); left > 0; left--) {
            String word = new String(in.readBytes(), StandardCharsets.UTF_8);
            double cost = in.readDouble();
            if (Double.isFinite(cost)) {
                baseline.bits.put(word, cost);
            }
        }
        return Double.isFinite(baseline.tokens) ? baseline : new WordBaseline();
    }
}
