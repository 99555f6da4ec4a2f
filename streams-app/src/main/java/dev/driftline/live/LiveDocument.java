package dev.driftline.live;

import dev.driftline.schemas.ExpertScore;
import dev.driftline.schemas.Score;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A document that has been scored lately.
 *
 * @param position where its text is
 * @param fields its score, ready for JSON
 * @param bits the surprisal of its tokens, by model, the mixture first, and {@code spelling}, the bits of their letters; those past {@value #MOST_TOKENS} tokens are left out;
 *     empty where scores do not carry them
 */
record LiveDocument(InputPosition position, Map<String, Object> fields, Map<String, float[]> bits) {

    /** Most tokens whose surprisal is kept. */
    static final int MOST_TOKENS = 20_000;

    private static final double STEPS = 1e3;

    /** Among the models: what the letters of unknown words cost beyond their surprisal, under every model alike. */
    private static final String SPELLING = "spelling";

    static LiveDocument of(Score score) {
        Map<String, float[]> bits = new LinkedHashMap<>();
        put(bits, "mixture", score.getSurprisals());
        put(bits, SPELLING, score.getSpelling());
        for (ExpertScore expert : score.getExperts()) {
            put(bits, expert.getName(), expert.getSurprisals());
        }
        return new LiveDocument(
                new InputPosition(score.getInputTopic(), score.getInputPartition(), score.getInputOffset()),
                RecordJson.of(score, Set.of("surprisals", "spelling")),
                bits);
    }

    private static void put(Map<String, float[]> bits, String model, List<Float> surprisals) {
        if (surprisals != null) {
            float[] values = new float[Math.min(MOST_TOKENS, surprisals.size())];
            for (int i = 0; i < values.length; i++) {
                values[i] = surprisals.get(i);
            }
            bits.put(model, values);
        }
    }

    /**
     * Its score with its words and their surprisals, ready for JSON.
     *
     * @param most the most tokens
     */
    Map<String, Object> withText(DocumentText text, int most) {
        Map<String, Object> described = new LinkedHashMap<>(fields);
        int shown = Math.min(most, text.words().size());
        described.put("words", text.words().subList(0, shown));
        described.put("words_missing", text.problem().isEmpty() ? null : text.problem());
        Map<String, List<Double>> rounded = new LinkedHashMap<>();
        if (shown > 0) {
            bits.forEach((model, values) -> {
                List<Double> listed = new ArrayList<>(shown);
                for (int i = 0; i < Math.min(shown, values.length); i++) {
                    listed.add(RecordJson.number(values[i], STEPS));
                }
                rounded.put(model, listed);
            });
        }
        List<Double> spelling = rounded.remove(SPELLING);
        described.put("bits", rounded);
        described.put("spelling", spelling == null ? List.of() : spelling);
        return described;
    }

    /** Numbers kept for it. */
    int size() {
        return bits.values().stream().mapToInt(values -> values.length).sum();
    }
}
