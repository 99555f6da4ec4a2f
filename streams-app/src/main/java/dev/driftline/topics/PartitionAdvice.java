package dev.driftline.topics;

import dev.driftline.config.keys.TopicKeys;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * What to do about topics whose number of partitions is not the configured one. Which advice is right depends on the others:
 * where all topics of a kind agree, the setting is wrong; where one has more than the others, somebody has added partitions,
 * and another setting would only make the others wrong, and the changelogs, which keep the number they were made with.
 */
public final class PartitionAdvice {

    private PartitionAdvice() {}

    /**
     * A line for each problem with the topics that exist; none if every one has the number that is configured.
     *
     * @param layout of the service: with one shard behind several partitions of inputs, nothing depends on their number, so
     *     that partitions can be added to each
     */
    public static List<String> of(List<TopicAdmin.State> states, Layout layout) {
        List<String> advice = new ArrayList<>();
        for (Topic.Partitioning kind : Topic.Partitioning.values()) {
            if (kind == Topic.Partitioning.LIKE_DOCUMENTS && layout == Layout.ONE_SHARD) {
                continue;
            }
            List<TopicAdmin.State> existing = states.stream()
                    .filter(state ->
                            state.exists() && state.definition().topic().partitioning() == kind)
                    .toList();
            List<TopicAdmin.State> wrong = existing.stream()
                    .filter(state -> state.partitions() != state.definition().partitions())
                    .toList();
            if (wrong.isEmpty()) {
                continue;
            }
            Set<Integer> numbers =
                    existing.stream().map(TopicAdmin.State::partitions).collect(Collectors.toCollection(TreeSet::new));
            if (kind == Topic.Partitioning.ONE) {
                wrong.forEach(state -> advice.add(has(state) + " and must have one: use another "
                        + TopicKeys.PREFIX.name() + ", or delete it first (`driftline topics delete`)"));
            } else if (numbers.size() == 1) {
                advice.add(sameEverywhere(kind, wrong));
            } else {
                wrong.forEach(state -> advice.add(alone(state)));
            }
        }
        return advice;
    }

    private static String sameEverywhere(Topic.Partitioning kind, List<TopicAdmin.State> wrong) {
        TopicAdmin.State first = wrong.get(0);
        String key = key(kind);
        String others = wrong.size() == 1 ? "" : ", as have " + (wrong.size() - 1) + " more";
        return has(first) + others + ", not " + first.definition().partitions() + ": set " + key + "="
                + first.partitions() + " if it was made with that many"
                + (kind == Topic.Partitioning.SHARDS
                        ? ". If partitions were added to it, stop every instance once nothing is pending (/v1/status),"
                                + " delete that topic alone with kafka-topics.sh, and make it again with `driftline"
                                + " topics create`: the model stays"
                        : "")
                + ". Or use another " + TopicKeys.PREFIX.name() + ", or start over with " + key + "="
                + first.definition().partitions() + ": " + startOver();
    }

    private static String alone(TopicAdmin.State state) {
        TopicDefinition definition = state.definition();
        String key = key(definition.topic().partitioning());
        return has(state)
                + ", and the others have another number than that. Kafka cannot take partitions away, and a model"
                + " keeps the number it began with. To keep the model, stop every instance, delete that topic alone with"
                + " kafka-topics.sh, make it again with `driftline topics create`, and publish again what was not scored"
                + " yet. To start over with " + state.partitions() + " partitions, "
                + startOver()
                        .replace(
                                "`driftline topics create`",
                                "set " + key + "=" + state.partitions() + " and `driftline topics create`");
    }

    private static String startOver() {
        return "stop every instance, `driftline topics delete --with-state`, then `driftline topics create`";
    }

    private static String has(TopicAdmin.State state) {
        return "topic " + state.definition().name() + " has " + state.partitions()
                + (state.partitions() == 1 ? " partition" : " partitions");
    }

    private static String key(Topic.Partitioning kind) {
        return kind == Topic.Partitioning.SHARDS ? TopicKeys.SHARDS.name() : TopicKeys.PARTITIONS.name();
    }
}
