package dev.driftline.verify;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Whether the documents of a task were scored in the order in which they are replayed, by their scores: offsets and times rise.
 * What a task had yet to score when it moved or was killed may come in another order afterwards, and sources learn in that order.
 * So mixtures that differ are held back until the end, and are differences only where nothing speaks against the order.
 */
final class ScoredInOrder {

    private static final int KEPT = 10;

    private final Map<Integer, Task> tasks = new HashMap<>();

    private static final class Task {
        final Map<Integer, Long> offsets = new HashMap<>();
        final List<Difference> first = new ArrayList<>();
        long scoredAt;
        long differing;
        boolean isContradicted;
    }

    private Task task(int number) {
        return tasks.computeIfAbsent(number, n -> new Task());
    }

    /**
     * The next score of a task in the order of the replay.
     *
     * @param scoredAt when it was scored, milliseconds since 1970
     */
    void scored(int number, Outputs.Written score, long scoredAt) {
        Task task = task(number);
        Long before = task.offsets.put(score.partition().partition(), score.offset());
        task.isContradicted |= before != null && before > score.offset() || scoredAt < task.scoredAt;
        task.scoredAt = scoredAt;
    }

    /** A mixture differs. */
    void differs(int number, Difference difference) {
        Task task = task(number);
        task.differing++;
        if (task.first.size() < KEPT) {
            task.first.add(difference);
        }
    }

    /** Hands out what differs. */
    void report(Differences to) {
        tasks.values().stream().filter(task -> !task.isContradicted).forEach(task -> {
            task.first.forEach(each -> to.add(each.kind(), each.what(), each.where(), each.expected(), each.found()));
            to.addUnnamed(Difference.Kind.SCORE, task.differing - task.first.size());
        });
    }

    /** Mixtures that differ where the order of the scores is not known. */
    long unknown() {
        return tasks.values().stream()
                .filter(task -> task.isContradicted)
                .mapToLong(task -> task.differing)
                .sum();
    }
}
