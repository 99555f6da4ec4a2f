package dev.driftline.torture;

import dev.driftline.torture.fault.FaultKind;
import dev.driftline.torture.fault.Moment;
import dev.driftline.torture.fault.Planned;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * An endless list of faults that a seed decides: kinds, targets, moments and lengths. Every kind comes once before one comes
 * twice; after that, by its weight. Each kind is aimed at its moments in turn. One thread.
 */
final class Plan {

    private final SplittableRandom random;
    private final List<FaultKind> kinds;
    private final long everyMillis;
    private final List<FaultKind> first;
    private final Map<FaultKind, Integer> turns = new EnumMap<>(FaultKind.class);
    private long at;
    private int number;

    /**
     * @param kinds to choose from
     * @param everyMillis mean time from one fault to the next
     */
    Plan(long seed, List<FaultKind> kinds, long everyMillis) {
        random = new SplittableRandom(seed);
        this.kinds = List.copyOf(kinds);
        this.everyMillis = everyMillis;
        List<FaultKind> left = new ArrayList<>(kinds);
        first = new ArrayList<>();
        while (!left.isEmpty()) {
            first.add(left.remove(random.nextInt(left.size())));
        }
    }

    /** The next fault. */
    Planned next() {
        at += everyMillis / 2 + random.nextLong(everyMillis);
        FaultKind kind = number < first.size() ? first.get(number) : byWeight();
        number++;
        int turn = turns.merge(kind, 1, Integer::sum);
        Moment moment = kind.moments().get((turn - 1) % kind.moments().size());
        int longest = kind.longestMillis();
        int millis = longest / 4 + random.nextInt(Math.max(1, longest * 3 / 4));
        return new Planned(
                number, at, kind, moment, random.nextInt(1 << 16), longest == 0 ? 0 : millis, random.nextInt(1 << 16));
    }

    private FaultKind byWeight() {
        int drawn = random.nextInt(kinds.stream().mapToInt(FaultKind::weight).sum());
        for (FaultKind kind : kinds) {
            drawn -= kind.weight();
            if (drawn < 0) {
                return kind;
            }
        }
        throw new IllegalStateException("weights");
    }
}
