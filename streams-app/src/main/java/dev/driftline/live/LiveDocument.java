package dev.driftline.live;

import dev.driftline.schemas.ExpertScore;
import dev.driftline.schemas.Score;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A document that has been scored lately.
 *
 * @param position where its text is
 * @param fields its score, ready for JSON
 * @param bits the surprisal of its tokens, by model, the mixture first; those past {@value #MOST_TOKENS} tokens are left out;
 *     empty where scores do not carry them
 * @param spelling what the letters of each unknown token cost beyond that, under every model alike; as long as {@code bits}
 */
record LiveDocument(InputPosition position, Map<String, Object> fields, Map<String, float[]> bits, float[] spelling) {

    /** Most tokens whose surprisal is kept. */
    static final int MOST_TOKENS = 20_000;

    private static final double STEPS = 1e3;

    static LiveDocument of(Score score) {
        Map<String, float[]> bits = new LinkedHashMap<>();
        put(bits, "mixture", score.getSurprisals());
        for (ExpertScore expert : score.getExperts()) {
            put(bits, expert.getName(), expert.getSurprisals());
        }
        return new LiveDocument(
                new InputPosition(score.getInputTopic(), score.getInputPartition(), score.getInputOffset()),
                RecordJson.of(score, Set.of("surprisals", "spelling")),
                bits,
                values(score.getSpelling()));
    }

    private static void put(Map<String, float[]> bits, String model, List<Float> surprisals) {
        if (surprisals != null) {
            bits.put(model, values(surprisals));
        }
    }

    private static float[] values(@Nullable List<Float> listed) {
        float[] values = new float[listed == null ? 0 : Math.min(MOST_TOKENS, listed.size())];
        for (int i = 0; listed != null && i < values.length; i++) {
            values[i] = listed.get(i);
        }
        return values;
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
        described.put(
                "literals", text.literals().isEmpty() ? null : text.literals().subList(0, shown));
        described.put("words_missing", text.problem().isEmpty() ? null : text.problem());
        Map<String, List<@Nullable Double>> rounded = new LinkedHashMap<>();
        if (shown > 0) {
            bits.forEach((model, values) -> rounded.put(model, rounded(values, shown)));
        }
        described.put("bits", rounded);
        described.put("spelling", rounded(spelling, shown));
        return described;
    }

    private static List<@Nullable Double> rounded(float[] values, int most) {
        List<@Nullable Double> listed = new ArrayList<>();
        for (int i = 0; i < Math.min(most, values.length); i++) {
            listed.add(RecordJson.number(values[i], STEPS));
        }
        return listed;
    }

    /** Heap that it takes, in bytes, about. */
    long heapBytes() {
        long numbers = spelling.length;
        for (float[] values : bits.values()) {
            numbers += values.length;
        }
        return 512 + 4 * numbers + RecordJson.heapBytes(fields);
    }
}
