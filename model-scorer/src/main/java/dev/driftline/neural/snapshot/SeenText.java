package dev.driftline.neural.snapshot;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Which documents of a stream a network was trained on, itself or by an ancestor: a range of offsets of each input partition,
 * and what was taken out of it before it was trained on. What lies in a range and is not taken out counts as seen, whether a
 * round drew it or not: that a document was not seen is certain, that it was seen is not. Immutable.
 *
 * @param known whether all of the text is known by its place; if not, an input partition without a range may have been seen
 *     whole, and one with a range up to its end
 * @param retractionsTo the position in the training topic before which every retraction is honoured: no document that it
 *     took out was seen
 * @param ranges by input partition
 */
public record SeenText(boolean known, long retractionsTo, SortedMap<Input, Range> ranges) {

    /** A network that has seen nothing of the stream. */
    public static final SeenText NOTHING = new SeenText(true, 0, Collections.emptySortedMap());

    /** A network of which nobody knows what it has seen, such as one of 0.5.0. */
    public static final SeenText UNKNOWN = new SeenText(false, 0, Collections.emptySortedMap());

    /** Most offsets that are remembered as taken out, over all partitions; past it, the lowest of a partition count as seen. */
    static final int MOST_TAKEN_OUT = 2000;

    /**
     * A partition of an input topic.
     *
     * @param topic the name of the topic without its prefix and version: {@code documents} or {@code text}
     * @param partition its number
     */
    public record Input(String topic, int partition) implements Comparable<Input> {

        @Override
        public int compareTo(Input other) {
            int order = topic.compareTo(other.topic);
            return order != 0 ? order : Integer.compare(partition, other.partition);
        }

        @Override
        public String toString() {
            return topic + ":" + partition;
        }
    }

    /** Where a document is in the input. */
    public record Place(Input input, long offset) {

        public Place(String topic, int partition, long offset) {
            this(new Input(topic, partition), offset);
        }

        @Override
        public String toString() {
            return input + ":" + offset;
        }
    }

    /**
     * Offsets of a partition.
     *
     * @param from the lowest that was seen
     * @param to one more than the highest that was seen
     * @param takenOut offsets between the two whose documents were taken out before the network could see them, ascending
     */
    public record Range(long from, long to, List<Long> takenOut) {

        /** @throws IllegalArgumentException if a value is out of its range */
        public Range {
            if (from < 0 || to < from) {
                throw new IllegalArgumentException("offsets from " + from + " to " + to + " are not a range");
            }
            takenOut = List.copyOf(takenOut);
        }

        private boolean isTakenOut(long offset) {
            return Collections.binarySearch(takenOut, offset) >= 0;
        }
    }

    public SeenText {
        ranges = Collections.unmodifiableSortedMap(new TreeMap<>(ranges));
    }

    /** Whether the network may have been trained on the document at {@code place}; false is certain. */
    public boolean mayHaveSeen(Place place) {
        Range range = ranges.get(place.input());
        if (range == null) {
            return !known;
        }
        return place.offset() < range.to()
                && (place.offset() >= range.from() || !known)
                && !range.isTakenOut(place.offset());
    }

    /** Whether the network may have been trained on a document of {@code input} at {@code offset} or after it. */
    public boolean mayHaveSeenSince(Input input, long offset) {
        Range range = ranges.get(input);
        return range == null ? !known : offset < range.to();
    }

    /**
     * What the network has seen after more training.
     *
     * @param documents where the documents were
     * @param all whether that is all of them: false if the place of some is not known
     * @param retracted documents that were taken out before this training
     */
    public SeenText plus(Collection<Place> documents, boolean all, Collection<Place> retracted) {
        if (documents.isEmpty()) {
            return all ? this : new SeenText(false, retractionsTo, ranges);
        }
        SortedMap<Input, Range> more = new TreeMap<>(ranges);
        for (Place place : documents) {
            long offset = place.offset();
            // An offset that was taken out comes again where the topic was deleted and created anew.
            more.merge(
                    place.input(),
                    new Range(offset, offset + 1, List.of()),
                    (range, one) -> new Range(
                            Math.min(range.from(), offset),
                            Math.max(range.to(), offset + 1),
                            range.isTakenOut(offset)
                                    ? range.takenOut().stream()
                                            .filter(taken -> taken != offset)
                                            .toList()
                                    : range.takenOut()));
        }
        SortedMap<Input, TreeSet<Long>> takenOut = new TreeMap<>();
        for (Place place : retracted) {
            if (!mayHaveSeen(place)) {
                takenOut.computeIfAbsent(place.input(), input -> new TreeSet<>())
                        .add(place.offset());
            }
        }
        int most = Math.max(1, MOST_TAKEN_OUT / more.size());
        takenOut.forEach((input, offsets) -> more.computeIfPresent(input, (same, range) -> {
            TreeSet<Long> among = new TreeSet<>(range.takenOut());
            among.addAll(offsets.subSet(range.from(), range.to()));
            List<Long> kept = new ArrayList<>(among);
            return new Range(range.from(), range.to(), kept.subList(Math.max(0, kept.size() - most), kept.size()));
        }));
        return new SeenText(known && all, retractionsTo, more);
    }

    /** The same text, and no document that was taken out by a retraction before {@code position} was seen. */
    public SeenText honouring(long position) {
        return new SeenText(known, position, ranges);
    }
}
