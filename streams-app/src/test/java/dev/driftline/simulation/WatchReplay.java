package dev.driftline.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.driftline.schemas.Document;
import dev.driftline.schemas.DriftEvent;
import dev.driftline.topics.Topic;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.kafka.common.TopicPartition;

/**
 * What watch and filter make of the observations of a history, undisturbed: the same records, once more through tasks of their own
 * to which nothing happens.
 */
final class WatchReplay {

    private final Simulation history;
    private final String observations;

    WatchReplay(Simulation history) {
        this.history = history;
        observations = history.topics.name(Topic.OBSERVATIONS);
    }

    /** Exactly once, where no observation was lost or given up. */
    void check() {
        try (Simulation undisturbed = new Simulation(history.blueprint, 1)) {
            for (int partition = 0; partition < history.log.partitions(observations); partition++) {
                TopicPartition of = new TopicPartition(observations, partition);
                history.log.of(of).forEach(entry -> undisturbed.log.append(of, entry));
            }
            undisturbed.tasks().forEach(task -> {
                for (List<TopicPartition> waiting = task.waiting(); !waiting.isEmpty(); waiting = task.waiting()) {
                    task.process(waiting.get(0));
                }
                task.commit();
            });
            assertThat(drift(history)).as("drift").isEqualTo(drift(undisturbed));
            assertThat(routed(history)).as("documents that the filter has kept").isEqualTo(routed(undisturbed));
        }
    }

    private static List<String> drift(Simulation simulation) {
        return simulation.records(Topic.DRIFT, DriftEvent.class).stream()
                .map(event -> event.getSource() + " " + event.getSeries() + " " + event.getState() + " "
                        + event.getDocumentId() + " " + event.getStatistic())
                .sorted()
                .toList();
    }

    private static TreeMap<String, List<String>> routed(Simulation simulation) {
        TreeMap<String, List<String>> routed = new TreeMap<>();
        for (String topic : simulation.blueprint.routed) {
            Stream<Document> kept = simulation.records(topic, Document.class).stream();
            routed.put(topic, new ArrayList<>(kept.map(Document::getId).sorted().toList()));
        }
        return routed;
    }
}
