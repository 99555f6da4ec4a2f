package dev.driftline.identity;

import dev.driftline.config.DriftlineConfig;
import dev.driftline.config.keys.ModelKeys;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What of a model may change at a restart, and when it last did: by what its shards forget, and how counts become probabilities. Counts and
 * scores from before such a change cannot be made again by the settings of today. No instance is refused for it.
 *
 * <p>Its text form has a line {@code name=value} for each component that is there. A line that this version does not know is lost.
 *
 * @param forgetting the settings that make shards forget, {@code none} where none is set; empty before 0.7.0 noted it
 * @param forgettingSince when {@code forgetting} last changed, by the clock of the instance that started with the new one
 * @param scores the smoothing and, where there is one, the fingerprint of the background; empty before 0.7.0 noted it
 * @param scoresSince when {@code scores} last changed
 */
public record ModelHistory(
        Optional<String> forgetting,
        Optional<Instant> forgettingSince,
        Optional<String> scores,
        Optional<Instant> scoresSince) {

    /** Nothing is known, and nothing known to have changed. */
    public static final ModelHistory UNKNOWN =
            new ModelHistory(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());

    private static final String FORGETTING = "forgetting";
    private static final String FORGETTING_SINCE = "forgetting-since";
    private static final String SCORES = "scores";
    private static final String SCORES_SINCE = "scores-since";

    /** The component {@code forgetting} of a configuration. */
    public static String forgetting(DriftlineConfig config) {
        StringBuilder text = new StringBuilder();
        for (var key : ModelKeys.FORGETTING) {
            long value = config.get(key);
            if (value != 0) {
                text.append(text.length() == 0 ? "" : " ")
                        .append(key.name())
                        .append('=')
                        .append(value);
            }
        }
        return text.length() == 0 ? "none" : text.toString();
    }

    /** What is noted when an instance of {@code config} starts. */
    ModelHistory at(Instant start, DriftlineConfig config, ModelIdentity model) {
        String now = forgetting(config);
        boolean forgettingChanges = forgetting.isPresent() && !forgetting.get().equals(now);
        String scoresNow = (model.smoothing() + " " + model.background()).strip();
        boolean scoresChange = scores.isPresent() && !scores.get().equals(scoresNow);
        Instant noted = start.truncatedTo(ChronoUnit.MILLIS);
        return new ModelHistory(
                Optional.of(now),
                forgettingChanges ? Optional.of(noted) : forgettingSince,
                Optional.of(scoresNow),
                scoresChange ? Optional.of(noted) : scoresSince);
    }

    static ModelHistory parse(String text) {
        Map<String, String> lines = new LinkedHashMap<>();
        text.lines().forEach(line -> {
            int equals = line.indexOf('=');
            if (equals > 0) {
                lines.put(line.substring(0, equals), line.substring(equals + 1));
            }
        });
        return new ModelHistory(
                Optional.ofNullable(lines.get(FORGETTING)),
                Optional.ofNullable(lines.get(FORGETTING_SINCE)).map(Instant::parse),
                Optional.ofNullable(lines.get(SCORES)),
                Optional.ofNullable(lines.get(SCORES_SINCE)).map(Instant::parse));
    }

    String text() {
        return line(FORGETTING, forgetting)
                + line(FORGETTING_SINCE, forgettingSince)
                + line(SCORES, scores)
                + line(SCORES_SINCE, scoresSince);
    }

    private static String line(String name, Optional<?> value) {
        return value.map(there -> name + "=" + there + "\n").orElse("");
    }
}
