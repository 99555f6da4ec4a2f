package dev.driftline.torture.fault;

import dev.driftline.torture.process.Member;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * What a fault hit.
 *
 * @param target the process, or the connection
 * @param moments in what; empty where nothing was hit
 * @param note more on it, or why nothing was hit
 * @param hurt the processes that have to recover
 */
public record Struck(String target, Set<Moment> moments, String note, List<Member> hurt) {

    /** Nothing was hit. */
    static Struck nothing(Object target, String why) {
        return new Struck(target.toString(), EnumSet.noneOf(Moment.class), why, List.of());
    }

    static Struck at(Member target, Set<Moment> moments, String note) {
        return new Struck(target.name(), moments, note, List.of(target));
    }

    /** Whether something was hit. */
    public boolean hit() {
        return !moments.isEmpty();
    }
}
