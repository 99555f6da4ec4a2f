package dev.driftline.bench;

import dev.driftline.drift.Detector;
import dev.driftline.drift.DriftChange;
import dev.driftline.drift.DriftSettings;
import dev.driftline.drift.Observation;
import dev.driftline.drift.Series;
import dev.driftline.drift.SourceWatch;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/**
 * How late the detectors notice a change, in documents, and how often they notice one that is none: on made-up sources whose
 * documents have about 500 tokens and surprisals that vary by half a bit a token, as those of Brown do, either
 * independently or each like the one before (ρ = 0.5).
 */
final class DriftBench {

    private static final int RUNS = 40;
    private static final int QUIET_DOCUMENTS = 10_000;
    private static final int BEFORE = 300;
    static final int AFTER = 400;
    private static final int GRADUAL = 100;
    private static final double LEVEL = 9;
    private static final double DEVIATION = 0.5;

    /** Not those on which the thresholds were chosen, which began at 0 and at 1000. */
    private static final long QUIET_SEEDS = 50_000;

    private static final long CHANGE_SEEDS = 60_000;

    private enum Shape {
        ABRUPT,
        GRADUAL
    }

    /** Measures; takes some seconds. */
    List<Results.Drift> measure() {
        List<Results.Drift> rows = new ArrayList<>();
        List<Set<Detector>> choices = new ArrayList<>();
        for (Detector detector : Detector.values()) {
            choices.add(EnumSet.of(detector));
        }
        choices.add(EnumSet.allOf(Detector.class));
        for (Set<Detector> detectors : choices) {
            String name =
                    detectors.size() > 1 ? "all" : detectors.iterator().next().label();
            DriftSettings settings = DriftSettings.DEFAULTS.with(detectors);
            rows.add(quiet(name, settings, 0));
            rows.add(quiet(name, settings, 0.5));
            for (Shape shape : Shape.values()) {
                for (double shift : new double[] {0.5, 1, 2, -1}) {
                    rows.add(change(name, settings, shape, shift, 0));
                }
            }
            rows.add(change(name, settings, Shape.ABRUPT, 1, 0.5));
        }
        return rows;
    }

    private static Results.Drift quiet(String name, DriftSettings settings, double correlation) {
        int drifts = 0;
        int warnings = 0;
        for (int run = 0; run < RUNS; run++) {
            Source source = new Source(QUIET_SEEDS + run, correlation);
            SourceWatch watch = new SourceWatch(settings);
            for (int i = 0; i < QUIET_DOCUMENTS; i++) {
                for (DriftChange change : watch.add(source.next(0))) {
                    if (change.series() == Series.REFERENCE) {
                        drifts += change.state() == DriftChange.State.DRIFT ? 1 : 0;
                        warnings += change.state() == DriftChange.State.WARNING ? 1 : 0;
                    }
                }
            }
        }
        double per = 10_000.0 / ((double) RUNS * QUIET_DOCUMENTS);
        return new Results.Drift(name, "none", 0, correlation, RUNS, drifts * per, warnings * per, 0, 0, 0, 0);
    }

    private static Results.Drift change(
            String name, DriftSettings settings, Shape shape, double shift, double correlation) {
        List<Integer> delays = new ArrayList<>();
        List<Integer> startErrors = new ArrayList<>();
        int early = 0;
        for (int run = 0; run < RUNS; run++) {
            Source source = new Source(CHANGE_SEEDS + run, correlation);
            SourceWatch watch = new SourceWatch(settings);
            boolean found = false;
            for (int i = 0; i < BEFORE + AFTER && !found; i++) {
                double share =
                        i < BEFORE ? 0 : shape == Shape.ABRUPT ? 1 : Math.min(1, (i - BEFORE) / (double) GRADUAL);
                for (DriftChange change : watch.add(source.next(share * shift))) {
                    if (change.series() == Series.REFERENCE && change.state() == DriftChange.State.DRIFT) {
                        if (i < BEFORE) {
                            early++;
                        } else if (!found) {
                            found = true;
                            delays.add(i - BEFORE + 1);
                            startErrors.add((int) Math.abs(change.start().document() - BEFORE));
                        }
                    }
                }
            }
        }
        return new Results.Drift(
                name,
                shape == Shape.ABRUPT ? "abrupt" : "over " + GRADUAL + " documents",
                shift,
                correlation,
                RUNS,
                early * 10_000.0 / (RUNS * BEFORE),
                0,
                delays.size(),
                quantile(delays, 0.5),
                quantile(delays, 0.9),
                quantile(startErrors, 0.5));
    }

    private static int quantile(List<Integer> values, double share) {
        int[] sorted = values.stream().mapToInt(Integer::intValue).sorted().toArray();
        return sorted.length == 0 ? -1 : sorted[(int) Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
    }

    /** Documents whose length is log-normal and whose level follows a random walk back to the mean. */
    private static final class Source {
        private final Random random;
        private final double correlation;
        private double before;
        private long offset;

        Source(long seed, double correlation) {
            random = new Random(seed);
            this.correlation = correlation;
        }

        Observation next(double shift) {
            before =
                    correlation * before + Math.sqrt(1 - correlation * correlation) * DEVIATION * random.nextGaussian();
            int tokens = (int) Math.max(50, 500 * Math.exp(0.4 * random.nextGaussian()));
            float bits = (float) (tokens * (LEVEL + shift + before));
            return new Observation("source", "", false, 0, offset++, 0, tokens, 0, bits, bits, List.of());
        }
    }
}
