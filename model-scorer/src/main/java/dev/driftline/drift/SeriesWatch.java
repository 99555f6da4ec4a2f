package dev.driftline.drift;

import dev.driftline.codec.Varints;
import dev.driftline.drift.DriftChange.Evidence;
import dev.driftline.drift.DriftChange.Level;
import dev.driftline.drift.DriftChange.Recovery;
import dev.driftline.drift.DriftChange.State;
import java.util.Optional;

/**
 * The state of one series: a baseline, the detectors, and the state derived from their alarms. Not thread-safe.
 *
 * <p><b>Stable.</b> Units enter the baseline {@value #DELAY} units late, so that a change is compared with the text before
 * it. A detector at its threshold, or at {@value DriftSettings#WARNING} of it, makes DRIFT or WARNING, if the level since
 * the likeliest start of the change differs by the least change of the settings (half of that for a warning). Where the live
 * series falls, ADWIN's cut moves the baseline down and the charts begin again, without an event: the model has learned.
 *
 * <p><b>Warning.</b> The baseline stands still. {@value #QUIET} units without a warning end it; one that
 * lasted {@value #LONGEST_WARNING} units without becoming a change ends, too, and the baseline follows again.
 *
 * <p><b>Drift.</b> Over when the level from before is back ({@value #RETURN} units within half of the change), or when a new
 * level has been stable for as many units as the settings say; that is the new baseline.
 */
final class SeriesWatch {

    static final int DELAY = 16;
    static final int QUIET = 8;
    static final int LONGEST_WARNING = 40;
    static final int RETURN = 8;

    /** After a cut during drift, the newest level is taken from this many of the newest units. */
    private static final int NEWEST = 4;

    /** A change of state, without the facts that only the source knows. */
    record Change(State state, State previous, Recovery recovery, Evidence evidence, Level before, Start start) {}

    /** Where a change began, and the means since. */
    record Start(long unit, Level level) {

        double mean() {
            return level.bitsPerToken();
        }
    }

    private final Series series;
    private final DriftSettings settings;
    private final Adwin adwin;
    private final PageHinkley pageHinkley;
    private final EwmaChart ewma;

    private Baseline baseline = new Baseline();
    private Baseline candidate = new Baseline();
    private State state = State.STABLE;
    private Detector detector = Detector.ADWIN;
    /** The first unit that is not in the baseline. */
    private long absorbed;
    /** The first unit since the charts were reset. */
    private long since;
    /** The unit at which this state was entered. */
    private long entered;
    /** The unit at which the change is estimated to have begun. */
    private long began;

    private int quiet;

    SeriesWatch(Series series, DriftSettings settings) {
        this.series = series;
        this.settings = settings;
        adwin = new Adwin(settings.adwinDelta());
        pageHinkley = new PageHinkley(settings.pageHinkleyThreshold());
        ewma = new EwmaChart(settings.ewmaThreshold());
    }

    State state() {
        return state;
    }

    Baseline baseline() {
        return baseline;
    }

    /** Adds the newest unit of {@code ring}. */
    Optional<Change> add(UnitRing ring) {
        long number = ring.next() - 1;
        Unit unit = ring.get(number);
        double value = unit.value(series);
        if (Double.isNaN(value)) {
            return Optional.empty();
        }
        Alarm byAdwin = adwin.add(value, weight(unit), baseline.inflation());
        if (!baseline.isReady()) {
            baseline.add(value, weight(unit), unit.unknownRate());
            absorbed = number + 1;
            since = number + 1;
            if (byAdwin.isChange()) {
                baseline.moveTo(adwin.mean());
            }
            return Optional.empty();
        }
        return state == State.DRIFT ? changed(ring, byAdwin) : watch(ring, byAdwin);
    }

    private Optional<Change> watch(UnitRing ring, Alarm byAdwin) {
        long number = ring.next() - 1;
        Unit unit = ring.get(number);
        double value = unit.value(series);
        if (byAdwin.isChange() && !counts(byAdwin)) {
            // The model has learned: the level is lower now, and rises are counted from there.
            baseline.moveTo(adwin.mean());
            restart(number + 1);
        }
        Alarm byPageHinkley = pageHinkley.add(value, weight(unit), baseline);
        Alarm byEwma = ewma.add(value, weight(unit), baseline);
        Alarm strongest = Alarm.NONE;
        Detector by = Detector.ADWIN;
        for (Detector candidate : settings.detectors()) {
            Alarm alarm = switch (candidate) {
                case ADWIN -> byAdwin;
                case PAGE_HINKLEY -> byPageHinkley;
                case EWMA -> byEwma;
            };
            if (counts(alarm)
                    && (Math.abs(alarm.ratio()) > Math.abs(strongest.ratio())
                            || Math.abs(alarm.ratio()) == Math.abs(strongest.ratio()) && candidate.compareTo(by) < 0)) {
                strongest = alarm;
                by = candidate;
            }
        }
        Optional<Change> change = Optional.empty();
        if (strongest.isWarning()) {
            quiet = 0;
            change = alarm(ring, strongest, by);
        } else {
            quiet++;
        }
        if (change.isEmpty() && state == State.WARNING) {
            change = endOfWarning(ring);
        }
        if (state == State.STABLE) {
            absorb(ring, number + 1 - DELAY);
        }
        return change;
    }

    private boolean counts(Alarm alarm) {
        return series == Series.REFERENCE || alarm.isRise();
    }

    private Optional<Change> alarm(UnitRing ring, Alarm alarm, Detector by) {
        Start start = locate(ring, alarm.isRise());
        double change = Math.abs(start.mean() - baseline.mean());
        State next;
        if (alarm.isChange() && change >= settings.leastChange()) {
            next = State.DRIFT;
        } else if (state == State.STABLE && change >= settings.leastChange() / 2) {
            next = State.WARNING;
        } else {
            return Optional.empty();
        }
        Change changed = new Change(
                next,
                state,
                Recovery.NONE,
                new Evidence(
                        by,
                        alarm.statistic(),
                        next == State.DRIFT ? alarm.threshold() : DriftSettings.WARNING * alarm.threshold()),
                baselineLevel(),
                start);
        state = next;
        detector = by;
        entered = ring.next() - 1;
        began = start.unit();
        quiet = 0;
        if (next == State.DRIFT) {
            candidate = levelFrom(ring, start.unit());
            adwin.reset();
            for (long number = start.unit(); number < ring.next(); number++) {
                Unit unit = ring.get(number);
                if (!Double.isNaN(unit.value(series))) {
                    adwin.add(unit.value(series), weight(unit), baseline.inflation());
                }
            }
        }
        return Optional.of(changed);
    }

    private Optional<Change> endOfWarning(UnitRing ring) {
        boolean isQuiet = quiet >= QUIET;
        if (!isQuiet && ring.next() - entered <= LONGEST_WARNING) {
            return Optional.empty();
        }
        Change over = recovered(ring, isQuiet ? Recovery.RETURNED : Recovery.ACCEPTED);
        if (!isQuiet) {
            // The baseline follows again. Without a reset, the detectors would go on warning.
            adwin.reset();
            restart(ring.next());
        }
        return Optional.of(over);
    }

    private Optional<Change> changed(UnitRing ring, Alarm byAdwin) {
        long number = ring.next() - 1;
        Unit unit = ring.get(number);
        if (byAdwin.isChange()) {
            candidate = levelFrom(ring, Math.max(ring.first(), number + 1 - NEWEST));
        } else {
            candidate.add(unit.value(series), weight(unit), unit.unknownRate());
        }
        if (number - entered >= RETURN && isBack(ring)) {
            Change over = recovered(ring, Recovery.RETURNED);
            if (series == Series.LIVE) {
                // The level comes down as the model learns, and the rest of the rise must not raise an alarm again.
                baseline.moveTo(over.start().mean());
            }
            adwin.reset();
            absorbed = number + 1;
            restart(number + 1);
            return Optional.of(over);
        }
        if (candidate.units() >= settings.acceptUnits()) {
            Change over = recovered(ring, Recovery.ACCEPTED);
            baseline = candidate;
            candidate = new Baseline();
            absorbed = number + 1;
            restart(number + 1);
            return Optional.of(over);
        }
        return Optional.empty();
    }

    private boolean isBack(UnitRing ring) {
        double distance = newest(ring).mean() - baseline.mean();
        return (series == Series.LIVE ? distance : Math.abs(distance)) < tolerance();
    }

    private double tolerance() {
        double error = baseline.deviation() * Math.sqrt(baseline.inflation() / RETURN + baseline.uncertainty());
        double change = Math.abs(candidate.mean() - baseline.mean());
        // Below the least change it counts as back, if most of the change is gone.
        return Math.max(
                Math.min(settings.leastChange(), change * 2 / 3),
                Math.min(change / 2, DriftSettings.WARNING * settings.ewmaThreshold() * error));
    }

    private Start newest(UnitRing ring) {
        return mean(ring, Math.max(ring.first(), ring.next() - RETURN));
    }

    private Change recovered(UnitRing ring, Recovery recovery) {
        Start now = newest(ring);
        Start start = new Start(Math.max(began, ring.first()), now.level());
        Change over = new Change(
                State.RECOVERED,
                state,
                recovery,
                new Evidence(detector, Math.abs(now.mean() - baseline.mean()), tolerance()),
                baselineLevel(),
                start);
        state = State.STABLE;
        quiet = 0;
        return over;
    }

    private Level baselineLevel() {
        return new Level(baseline.mean(), baseline.unknownRate());
    }

    private void restart(long from) {
        pageHinkley.reset();
        ewma.reset();
        since = from;
    }

    private void absorb(UnitRing ring, long end) {
        for (absorbed = Math.max(absorbed, ring.first()); absorbed < end; absorbed++) {
            Unit unit = ring.get(absorbed);
            if (!Double.isNaN(unit.value(series))) {
                baseline.add(unit.value(series), weight(unit), unit.unknownRate());
            }
        }
    }

    private Baseline levelFrom(UnitRing ring, long from) {
        Baseline level = new Baseline();
        for (long number = from; number < ring.next(); number++) {
            Unit unit = ring.get(number);
            if (!Double.isNaN(unit.value(series))) {
                level.add(unit.value(series), weight(unit), unit.unknownRate());
            }
        }
        return level;
    }

    /** The likeliest start of a change in that direction: where (Σ w(x − mean))² / Σ w² from there on is largest. */
    private Start locate(UnitRing ring, boolean isRise) {
        long oldest = Math.max(ring.first(), Math.min(since, ring.next() - 1));
        double sum = 0;
        double squares = 0;
        double best = 0;
        long start = ring.next() - 1;
        for (long number = ring.next() - 1; number >= oldest; number--) {
            Unit unit = ring.get(number);
            double value = unit.value(series);
            if (Double.isNaN(value)) {
                continue;
            }
            double weight = weight(unit);
            sum += (isRise ? 1 : -1) * weight * (value - baseline.mean());
            squares += weight * weight;
            double score = sum * Math.abs(sum) / squares;
            if (score > best) {
                best = score;
                start = number;
            }
        }
        return mean(ring, start);
    }

    private Start mean(UnitRing ring, long from) {
        double bits = 0;
        double weights = 0;
        long tokens = 0;
        long unknown = 0;
        for (long number = from; number < ring.next(); number++) {
            Unit unit = ring.get(number);
            if (!Double.isNaN(unit.value(series))) {
                bits += weight(unit) * unit.value(series);
                weights += weight(unit);
                tokens += unit.tokens();
                unknown += unit.unknown();
            }
        }
        return new Start(from, new Level(bits / weights, tokens == 0 ? 0 : unknown / (double) tokens));
    }

    private long weight(Unit unit) {
        return Math.min(unit.tokens(), settings.mostWeight());
    }

    void write(Varints.Writer out) {
        out.writeByte(state.ordinal());
        out.writeByte(detector.ordinal());
        out.writeLong(absorbed);
        out.writeLong(since);
        out.writeLong(entered);
        out.writeLong(began);
        out.writeInt(quiet);
        baseline.write(out);
        candidate.write(out);
        adwin.write(out);
        pageHinkley.write(out);
        ewma.write(out);
    }

    void read(Varints.Reader in) {
        state = State.values()[in.readByte()];
        detector = Detector.values()[in.readByte()];
        absorbed = in.readLong();
        since = in.readLong();
        entered = in.readLong();
        began = in.readLong();
        quiet = in.readInt();
        baseline = Baseline.read(in);
        candidate = Baseline.read(in);
        adwin.read(in);
        pageHinkley.read(in);
        ewma.read(in);
    }
}
