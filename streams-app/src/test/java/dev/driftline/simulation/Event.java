package dev.driftline.simulation;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;

/**
 * What happens next. The numbers are taken modulo what there is, so that an event means something wherever it stands: a history
 * from which others were taken out is a history.
 *
 * @param which of what the kind is about, mostly a task
 * @param how much, or which other
 * @param seed of what is chosen in detail
 */
record Event(Kind kind, int which, int how, long seed) {

    /** What can happen. */
    enum Kind {
        PUBLISH(26),
        PUBLISH_TEXT(6),
        PUBLISH_UNREADABLE(2),
        PUBLISH_AGAIN(1),
        JUNK(1),
        RETRACT(5),
        POLL(60),
        PUNCTUATE(14),
        FLUSH(3),
        COMMIT(22),
        REVIVE(4),
        REVIVE_AFTER_FLUSH(4),
        REVIVE_AFTER_COMMIT(2),
        COMMIT_UNHEARD(4),
        REPLACE_THREAD(3),
        KILL(2),
        KILL_AFTER_FLUSH(1),
        KILL_IN_COMMIT(2),
        MOVE(5),
        STANDBY_AND_BACK(2),
        STEAL(3),
        FOLLOW(4),
        EVICT(1),
        COMPACT(2),
        CLOCK_FORWARDS(5),
        CLOCK_BACKWARDS(2),
        FAIL(4),
        MAKE_AGAIN(1),
        LOSE_OFFSETS(1),
        TRAIN(30, true),
        STEAL_TRAINER(3, true),
        READ_SNAPSHOTS(16, true),
        END_ROUND(16, true),
        SCORE_BY_NETWORK(14, true),
        POINT(1, true);

        final int weight;
        final boolean ofNetwork;

        Kind(int weight) {
            this(weight, false);
        }

        /** @param ofNetwork whether it happens only where there is a network */
        Kind(int weight, boolean ofNetwork) {
            this.weight = weight;
            this.ofNetwork = ofNetwork;
        }
    }

    private static final List<Kind> KINDS = kinds(false);
    private static final List<Kind> KINDS_WITH_NETWORK = kinds(true);

    private static List<Kind> kinds(boolean network) {
        List<Kind> kinds = new ArrayList<>();
        for (Kind kind : Kind.values()) {
            if (network || !kind.ofNetwork) {
                kinds.addAll(Collections.nCopies(kind.weight, kind));
            }
        }
        return List.copyOf(kinds);
    }

    /** The events that a seed chooses. */
    static List<Event> of(long seed, int count, boolean network) {
        List<Kind> kinds = network ? KINDS_WITH_NETWORK : KINDS;
        SplittableRandom random = new SplittableRandom(seed);
        List<Event> events = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            events.add(new Event(
                    kinds.get(random.nextInt(kinds.size())),
                    random.nextInt(1 << 16),
                    random.nextInt(1 << 16),
                    random.nextLong()));
        }
        return events;
    }
}
