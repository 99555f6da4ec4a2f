package dev.driftline.config.keys;

import java.util.List;

/**
 * Every setting of Driftline. Kafka's own settings are not listed: they pass through, see {@link dev.driftline.config.ClientProperties}.
 *
 * <p>A new key is declared in the class of its group and is known from then on: to the check for unknown keys, to
 * {@code driftline config}, and to the references in {@code deploy} and {@code docs}. A new group is named here.
 */
public final class Settings {

    private static final List<KeyGroup> GROUPS = List.of(
            ServiceKeys.GROUP,
            ModelKeys.GROUP,
            NeuralKeys.GROUP,
            TrainingKeys.GROUP,
            PromotionKeys.GROUP,
            TopicKeys.GROUP,
            InputKeys.GROUP,
            OutputKeys.GROUP,
            DriftKeys.GROUP,
            MemoryKeys.GROUP,
            HttpKeys.GROUP,
            AccessKeys.GROUP);

    private static final List<ConfigKey<?>> KEYS = GROUPS.stream()
            .<ConfigKey<?>>flatMap(group -> group.keys().stream())
            .toList();

    private Settings() {}

    /** Every key, in the order of the references. */
    public static List<ConfigKey<?>> keys() {
        return KEYS;
    }

    /** Every group, in the order of the references. */
    public static List<KeyGroup> groups() {
        return GROUPS;
    }
}
