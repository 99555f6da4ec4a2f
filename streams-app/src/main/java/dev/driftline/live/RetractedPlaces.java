package dev.driftline.live;

import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * The documents that were taken out last, by their places: a score of one may be read after the answer that it is gone, since the
 * topics are read side by side. Thread-safe.
 */
final class RetractedPlaces {

    /** Most places that are kept. */
    static final int MOST = 10_000;

    private final Set<InputPosition> places = new LinkedHashSet<>();

    synchronized void add(InputPosition place) {
        places.add(place);
        if (places.size() > MOST) {
            Iterator<InputPosition> oldest = places.iterator();
            oldest.next();
            oldest.remove();
        }
    }

    synchronized boolean contains(InputPosition place) {
        return places.contains(place);
    }
}
