package dev.driftline.drift;

import dev.driftline.codec.Varints;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;

/** What surprising words cost a source as a rule: the {@value #CAPACITY} that cost most, forgotten as the baseline is. */
final class WordBaseline {

    static final int CAPACITY = 48;

    private static final double DECAY = 1 - 1.0 / 256;

    private final Map<String, Double> bits = new HashMap<>();
    private double tokens;

    /** Adds the words of a unit; what they cost beyond {@code mean} bits each time counts. */
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

    /** Bits beyond the mean that {@code word} costs a token of text as a rule. */
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
            baseline.bits.put(word, in.readDouble());
        }
        return baseline;
    }
}
