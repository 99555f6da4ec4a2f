package dev.driftline.simulation;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;

/** Runs histories by their seeds, and finds the fewest events with which one fails. */
final class Histories {

    private static final int EVENTS = 90;
    private static final int EVENTS_WITH_NETWORK = 150;
    /** How many shorter histories are tried. */
    private static final int TRIES = 600;

    private static final ThreadLocal<Map<Circumstances, Blueprint>> BLUEPRINTS = ThreadLocal.withInitial(HashMap::new);

    private Histories() {}

    /** The first failure that was found among {@code seeds}, run on all processors. */
    static Optional<String> first(List<Long> seeds, Defects defects) throws Exception {
        QuietThreads.silence();
        AtomicReference<String> failure = new AtomicReference<>();
        AtomicInteger next = new AtomicInteger();
        int threads = Runtime.getRuntime().availableProcessors();
        ExecutorService pool = Executors.newFixedThreadPool(threads, work -> new Thread(work, QuietThreads.PREFIX));
        try {
            List<Future<?>> running = new ArrayList<>();
            for (int thread = 0; thread < threads; thread++) {
                running.add(pool.submit(() -> {
                    for (int at = next.getAndIncrement();
                            at < seeds.size() && failure.get() == null;
                            at = next.getAndIncrement()) {
                        failure(seeds.get(at), defects).ifPresent(text -> failure.compareAndSet(null, text));
                    }
                }));
            }
            for (Future<?> thread : running) {
                thread.get();
            }
        } finally {
            pool.shutdownNow();
        }
        return Optional.ofNullable(failure.get());
    }

    /**
     * How many seeds are run until one fails; empty where none of the first {@code most} does.
     *
     * @param under in which circumstances the defect can show
     */
    static OptionalInt runsUntilFailure(int most, Defects defects, Predicate<Circumstances> under) {
        for (int seed = 0; seed < most; seed++) {
            if (!under.test(circumstances(seed))) {
                continue;
            }
            if (outcome(seed, defects).isPresent()) {
                return OptionalInt.of(seed + 1);
            }
        }
        return OptionalInt.empty();
    }

    /** What the history of a seed fails with; empty where it does not. */
    static Optional<Throwable> outcome(long seed, Defects defects) {
        return run(circumstances(seed), seed, events(seed), defects);
    }

    private static List<Event> events(long seed) {
        boolean network = circumstances(seed).hasNetwork();
        return Event.of(seed, network ? EVENTS_WITH_NETWORK : EVENTS, network);
    }

    private static Circumstances circumstances(long seed) {
        return Circumstances.ALL.get((int) Math.floorMod(seed, (long) Circumstances.ALL.size()));
    }

    /** Why the history of a seed fails, with the fewest events that still do; empty where it does not. */
    static Optional<String> failure(long seed, Defects defects) {
        Circumstances circumstances = circumstances(seed);
        List<Event> events = events(seed);
        Optional<Throwable> failure = run(circumstances, seed, events, defects);
        if (failure.isEmpty()) {
            return Optional.empty();
        }
        List<Event> fewest = shrink(circumstances, seed, events, defects);
        List<String> told = new ArrayList<>();
        Optional<Throwable> shortest = run(circumstances, seed, fewest, defects, told);
        StringBuilder text = new StringBuilder("history " + seed + " (" + circumstances + ") fails: "
                + shortest.orElse(failure.get()) + "\n" + at(shortest.orElse(failure.get())) + "\n"
                + fewest.size() + " of its " + events.size() + " events are enough:\n");
        told.forEach(line -> text.append("  ").append(line).append('\n'));
        return Optional.of(
                text.append("Run it again with -Ddriftline.history=" + seed).toString());
    }

    private static String at(Throwable failure) {
        StringBuilder text = new StringBuilder();
        for (StackTraceElement element : failure.getStackTrace()) {
            if (element.getClassName().startsWith("dev.driftline")) {
                text.append("    at ").append(element).append('\n');
            }
        }
        return text.toString();
    }

    private static Optional<Throwable> run(
            Circumstances circumstances, long seed, List<Event> events, Defects defects) {
        return run(circumstances, seed, events, defects, null);
    }

    private static Optional<Throwable> run(
            Circumstances circumstances, long seed, List<Event> events, Defects defects, List<String> told) {
        Blueprint blueprint = BLUEPRINTS.get().computeIfAbsent(circumstances, Circumstances::blueprint);
        History history = new History(blueprint, circumstances, seed, defects, told != null);
        try {
            history.run(events);
            return Optional.empty();
        } catch (RuntimeException | Error e) {
            return Optional.of(e);
        } finally {
            if (told != null) {
                told.addAll(history.told());
            }
        }
    }

    /** Takes out ever smaller pieces, as long as what is left fails. */
    private static List<Event> shrink(Circumstances circumstances, long seed, List<Event> events, Defects defects) {
        List<Event> fewest = events;
        int tries = 0;
        for (int piece = events.size() / 2; piece > 0; ) {
            boolean shorter = false;
            for (int from = 0; from < fewest.size() && tries < TRIES; ) {
                List<Event> without = new ArrayList<>(fewest.subList(0, from));
                without.addAll(fewest.subList(Math.min(fewest.size(), from + piece), fewest.size()));
                tries++;
                if (run(circumstances, seed, without, defects).isPresent()) {
                    fewest = without;
                    shorter = true;
                } else {
                    from += piece;
                }
            }
            if (!shorter || piece > 1) {
                piece = piece == 1 ? 0 : piece / 2;
            }
        }
        return fewest;
    }
}
