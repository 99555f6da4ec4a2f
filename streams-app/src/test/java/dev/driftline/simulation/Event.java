package dev.driftline.simulation;

import java.util.ArrayList;
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
        MAKE_AGAIN(1);

        final int weight;

        Kind(int weight) {
            this.weight = weight;
        }
    }

    private static final List<Kind> KINDS = new ArrayList<>();

    static {
        for (Kind kind : Kind.values()) {
            for (int i = 0; i < kind.weight; i++) {
                KINDS.add(kind);
            }
        }
    }

    /** The events that a seed chooses. */
    static List<Event> of(long seed, int count) {
        SplittableRandom random = new SplittableRandom(seed);
        List<Event> events = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            events.add(new Event(
                    KINDS.get(random.nextInt(KINDS.size())),
                    random.nextInt(1 << 16),
                    random.nextInt(1 << 16),
                    random.nextLong()));
        }
        return events;
    }
}
