package dev.driftline.live;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What the documents of a source cost over time, in points of equal width: a second at first, twice as long whenever there
 * are too many. So all of the time is there, in memory of a fixed size. Not thread-safe.
 */
final class SourceSeries {

    private static final long FIRST_WIDTH_MS = 1000;
    private static final int FIRST_ROOM = 16;
    private static final double STEPS = 1e4;

    private final int most;
    private long width = FIRST_WIDTH_MS;
    private int size;
    private long[] starts = new long[FIRST_ROOM];
    private int[] documents = new int[FIRST_ROOM];
    private long[] tokens = new long[FIRST_ROOM];
    private double[] mixture = new double[FIRST_ROOM];
    private double[] ngram = new double[FIRST_ROOM];
    private double[] network = new double[FIRST_ROOM];
    private long[] networkTokens = new long[FIRST_ROOM];
    private double[] ofClass = new double[FIRST_ROOM];
    private long[] unknown = new long[FIRST_ROOM];
    private long changedFrom = Long.MAX_VALUE;

    /** No points; {@code most} or fewer later. */
    SourceSeries(int most) {
        this.most = most;
    }

    /** Heap that it takes, in bytes, about. */
    long heapBytes() {
        return 192 + 68L * starts.length;
    }

    /** Adds a document. */
    void add(DocumentCost cost) {
        int row = row(cost.at());
        documents[row]++;
        tokens[row] += cost.tokens();
        mixture[row] += cost.mixtureBits();
        ngram[row] += cost.ngramBits();
        ofClass[row] += cost.classBits();
        unknown[row] += cost.unknownTokens();
        if (!Double.isNaN(cost.networkBits())) {
            network[row] += cost.networkBits();
            networkTokens[row] += cost.tokens();
        }
        changedFrom = Math.min(changedFrom, starts[row]);
    }

    private int row(long at) {
        long start = Math.floorDiv(at, width) * width;
        int found = size > 0 && start > starts[size - 1] ? -size - 1 : Arrays.binarySearch(starts, 0, size, start);
        if (found >= 0) {
            return found;
        }
        if (size == most) {
            widen();
            return row(at);
        }
        insert(-found - 1, start);
        return -found - 1;
    }

    private void insert(int row, long start) {
        if (size == starts.length) {
            resize(Math.min(most, 2 * size));
        }
        for (Object column : columns()) {
            System.arraycopy(column, row, column, row + 1, size - row);
        }
        size++;
        starts[row] = start;
        clear(row);
    }

    private Object[] columns() {
        return new Object[] {starts, documents, tokens, mixture, ngram, network, networkTokens, ofClass, unknown};
    }

    private void resize(int room) {
        starts = Arrays.copyOf(starts, room);
        documents = Arrays.copyOf(documents, room);
        tokens = Arrays.copyOf(tokens, room);
        mixture = Arrays.copyOf(mixture, room);
        ngram = Arrays.copyOf(ngram, room);
        network = Arrays.copyOf(network, room);
        networkTokens = Arrays.copyOf(networkTokens, room);
        ofClass = Arrays.copyOf(ofClass, room);
        unknown = Arrays.copyOf(unknown, room);
    }

    private void clear(int row) {
        documents[row] = 0;
        tokens[row] = 0;
        mixture[row] = 0;
        ngram[row] = 0;
        network[row] = 0;
        networkTokens[row] = 0;
        ofClass[row] = 0;
        unknown[row] = 0;
    }

    /** Makes room for a quarter more. */
    private void widen() {
        while (size > most * 3 / 4) {
            width *= 2;
            int kept = 0;
            for (int row = 0; row < size; row++) {
                long start = Math.floorDiv(starts[row], width) * width;
                if (kept > 0 && starts[kept - 1] == start) {
                    merge(row, kept - 1);
                } else {
                    move(row, kept);
                    starts[kept] = start;
                    kept++;
                }
            }
            size = kept;
        }
        changedFrom = size == 0 ? Long.MAX_VALUE : starts[0];
    }

    private void merge(int from, int into) {
        addAll(this, from, into);
    }

    private void addAll(SourceSeries other, int from, int into) {
        documents[into] += other.documents[from];
        tokens[into] += other.tokens[from];
        mixture[into] += other.mixture[from];
        ngram[into] += other.ngram[from];
        network[into] += other.network[from];
        networkTokens[into] += other.networkTokens[from];
        ofClass[into] += other.ofClass[from];
        unknown[into] += other.unknown[from];
    }

    private void move(int from, int to) {
        documents[to] = documents[from];
        tokens[to] = tokens[from];
        mixture[to] = mixture[from];
        ngram[to] = ngram[from];
        network[to] = network[from];
        networkTokens[to] = networkTokens[from];
        ofClass[to] = ofClass[from];
        unknown[to] = unknown[from];
    }

    /**
     * All points, the oldest first: start in milliseconds since 1970, documents, tokens, bits a token of the mixture, the
     * n-gram model and the network with unknown words spelled out, those of the mixture with {@code <unk>} as a class, and the
     * share of unknown tokens; null where they are not finite or the network took no part.
     */
    List<List<Object>> points() {
        return pointsFrom(0);
    }

    /**
     * As {@link #points()}, {@code most} or fewer: where there are more, the newer half of those stays as it is, and of the older
     * points as many as must be become one.
     */
    List<List<Object>> points(int most) {
        if (size <= most) {
            return points();
        }
        int newer = most / 2;
        int older = size - newer;
        int together = (older + most - newer - 1) / Math.max(1, most - newer);
        SourceSeries coarse = new SourceSeries(Integer.MAX_VALUE);
        coarse.resize((older + together - 1) / together + newer);
        for (int row = 0; row < size; row++) {
            boolean joins = row < older && row % together != 0;
            if (joins) {
                coarse.addAll(this, row, coarse.size - 1);
            } else {
                coarse.starts[coarse.size] = starts[row];
                coarse.addAll(this, row, coarse.size++);
            }
        }
        return coarse.points();
    }

    /** The points that have changed since this was last asked, and all after them. */
    List<List<Object>> changes() {
        int row = 0;
        while (row < size && starts[row] < changedFrom) {
            row++;
        }
        changedFrom = Long.MAX_VALUE;
        return pointsFrom(row);
    }

    private List<List<Object>> pointsFrom(int first) {
        List<List<Object>> points = new ArrayList<>(size - first);
        for (int row = first; row < size; row++) {
            points.add(Arrays.asList(
                    starts[row],
                    documents[row],
                    tokens[row],
                    RecordJson.number(mixture[row] / tokens[row], STEPS),
                    RecordJson.number(ngram[row] / tokens[row], STEPS),
                    networkTokens[row] == 0 ? null : RecordJson.number(network[row] / networkTokens[row], STEPS),
                    RecordJson.number(ofClass[row] / tokens[row], STEPS),
                    RecordJson.number((double) unknown[row] / tokens[row], STEPS)));
        }
        return points;
    }
}
