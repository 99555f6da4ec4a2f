package dev.driftline.neural.online;

import dev.driftline.neural.snapshot.SeenText;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Retractions that a network in use may not honour yet. Of each input partition there is only the lowest offset that was
 * taken out, so that a thousand retractions take no more room than one. Immutable.
 *
 * @param newest the position of the newest of them in the training topic; −1 for none
 * @param lowest by input partition, the lowest offset that was taken out
 */
public record OpenRetractions(long newest, SortedMap<SeenText.Input, Long> lowest) {

    /** There are none. */
    public static final OpenRetractions NONE = new OpenRetractions(-1, Collections.emptySortedMap());

    public OpenRetractions {
        lowest = Collections.unmodifiableSortedMap(new TreeMap<>(lowest));
    }

    /** Whether there are none. */
    public boolean isEmpty() {
        return lowest.isEmpty();
    }

    /**
     * With one more.
     *
     * @param position of the retraction in the training topic
     * @param offset of the document; the lowest that it may have where that is not known
     */
    public OpenRetractions plus(long position, SeenText.Input input, long offset) {
        SortedMap<SeenText.Input, Long> more = new TreeMap<>(lowest);
        more.merge(input, offset, Math::min);
        return new OpenRetractions(Math.max(newest, position), more);
    }

    /** Whether a network that was trained on {@code text} may have seen a document that was taken out; false is certain. */
    public boolean mayBeIn(SeenText text) {
        return newest >= text.retractionsTo()
                && lowest.entrySet().stream().anyMatch(each -> text.mayHaveSeenSince(each.getKey(), each.getValue()));
    }
}
