package dev.driftline.drift;

import dev.driftline.codec.Varints;
import dev.driftline.drift.DriftChange.State;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Watches one source: its newest units, the two series, and what surprising words usually cost in it. Takes at most a few
 * dozen KB, typically 8, whatever the number of documents. Not thread-safe.
 */
public final class SourceWatch {

    /** Most documents that a change lists. */
    public static final int DOCUMENTS = 5;

    /** Most words that a change lists. */
    public static final int WORDS = 10;

    private static final int VERSION = 1;

    private final DriftSettings settings;
    private final SeriesWatch live;
    private final SeriesWatch reference;
    private UnitRing ring = new UnitRing();
    private Unit.Open open = new Unit.Open();
    private WordBaseline words = new WordBaseline();
    private long documents;
    private long tokens;

    /** The watch of a new source. */
    public SourceWatch(DriftSettings settings) {
        this.settings = settings;
        live = new SeriesWatch(Series.LIVE, settings);
        reference = new SeriesWatch(Series.REFERENCE, settings);
    }

    /**
     * Adds a document and returns what changed: nothing, or one change a series. A document without tokens is left out, and so
     * is one that the model holds to be impossible: an infinite cost would be the mean for good.
     */
    public List<DriftChange> add(Observation document) {
        if (document.tokens() == 0 || !Float.isFinite(document.liveBits())) {
            return List.of();
        }
        open.add(document, documents);
        documents++;
        tokens += document.tokens();
        if (open.tokens() < settings.unitTokens()) {
            return List.of();
        }
        ring.add(open.close(tokens <= settings.burnInTokens()));
        List<DriftChange> changes = new ArrayList<>(0);
        live.add(ring).ifPresent(change -> changes.add(complete(Series.LIVE, change)));
        reference.add(ring).ifPresent(change -> changes.add(complete(Series.REFERENCE, change)));
        long settled = ring.next() - 1 - SeriesWatch.DELAY;
        if (settled >= 0) {
            words.add(ring.get(settled), live.baseline().mean());
        }
        return changes;
    }

    /** Documents seen so far. */
    public long documents() {
        return documents;
    }

    /** Tokens seen so far, {@code </s>} included. */
    public long tokens() {
        return tokens;
    }

    /** The state of a series: stable, warning or drift. */
    public State state(Series series) {
        return (series == Series.LIVE ? live : reference).state();
    }

    /** Bits a token that a series is compared with; 0 until there are enough units. */
    public double baseline(Series series) {
        Baseline baseline = (series == Series.LIVE ? live : reference).baseline();
        return baseline.isReady() ? baseline.mean() : 0;
    }

    private DriftChange complete(Series series, SeriesWatch.Change change) {
        SeriesWatch.Start start = change.start();
        Unit first = ring.get(start.unit());
        boolean isOver = change.state() == State.RECOVERED;
        double before = change.before().bitsPerToken();
        double sign = start.level().bitsPerToken() >= before ? 1 : -1;
        return new DriftChange(
                series,
                change.state(),
                change.previous(),
                change.recovery(),
                change.evidence(),
                change.before(),
                start.level(),
                new DriftChange.Start(first.publishedAt(), first.firstDocument()),
                isOver ? List.of() : documents(series, start.unit(), before, sign),
                isOver ? List.of() : words(start.unit()),
                new DriftChange.Seen(documents, tokens));
    }

    private List<DriftChange.Document> documents(Series series, long from, double before, double sign) {
        List<DriftChange.Document> listed = new ArrayList<>();
        for (long number = from; number < ring.next(); number++) {
            Unit.DocumentCost cost = ring.get(number).document();
            double bits = cost.bits(series);
            if (!Double.isNaN(bits)) {
                listed.add(new DriftChange.Document(
                        cost.id(),
                        cost.tokens(),
                        bits / cost.tokens(),
                        bits - before * cost.tokens(),
                        cost.isText(),
                        cost.partition(),
                        cost.offset()));
            }
        }
        listed.sort(Comparator.comparingDouble(document -> -sign * document.excessBits()));
        return List.copyOf(listed.subList(0, Math.min(DOCUMENTS, listed.size())));
    }

    private List<DriftChange.Word> words(long from) {
        Map<String, DriftChange.Word> sums = new LinkedHashMap<>();
        double mean = live.baseline().mean();
        long since = 0;
        for (long number = from; number < ring.next(); number++) {
            since += ring.get(number).tokens();
            for (SurprisingWord word : ring.get(number).words()) {
                sums.merge(
                        word.word(),
                        new DriftChange.Word(word.word(), word.count(), word.bits(), word.bits() - word.count() * mean),
                        (some, more) -> new DriftChange.Word(
                                some.word(),
                                some.count() + more.count(),
                                some.bits() + more.bits(),
                                some.excessBits() + more.excessBits()));
            }
        }
        long tokensSince = since;
        return sums.values().stream()
                .map(word -> new DriftChange.Word(
                        word.word(),
                        word.count(),
                        word.bits(),
                        word.excessBits() - tokensSince * words.bitsPerToken(word.word())))
                .filter(word -> word.excessBits() > 0)
                .sorted(Comparator.comparingDouble((DriftChange.Word word) -> -word.excessBits())
                        .thenComparing(DriftChange.Word::word))
                .limit(WORDS)
                .toList();
    }

    /** The stored form. */
    public byte[] encode() {
        Varints.Writer out = new Varints.Writer(8192);
        out.writeByte(VERSION);
        out.writeLong(documents);
        out.writeLong(tokens);
        open.write(out);
        ring.write(out);
        words.write(out);
        live.write(out);
        reference.write(out);
        return out.toByteArray();
    }

    /**
     * Reads what {@link #encode()} wrote. The watch then goes on to the same bit.
     *
     * @throws IllegalStateException where the version is unknown
     */
    public static SourceWatch decode(DriftSettings settings, byte[] bytes) {
        Varints.Reader in = new Varints.Reader(bytes);
        int version = in.readByte();
        if (version != VERSION) {
            throw new IllegalStateException("state of a watched source of version " + version + ", this program reads "
                    + VERSION + ": upgrade Driftline, or start with new state");
        }
        SourceWatch watch = new SourceWatch(settings);
        watch.documents = in.readLong();
        watch.tokens = in.readLong();
        watch.open = Unit.Open.read(in);
        watch.ring = UnitRing.read(in);
        watch.words = WordBaseline.read(in);
        watch.live.read(in);
        watch.reference.read(in);
        return watch;
    }
}
