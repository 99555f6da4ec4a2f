package dev.driftline.torture;

import dev.driftline.torture.fault.Planned;
import dev.driftline.torture.fault.Scene;
import dev.driftline.torture.fault.Struck;
import dev.driftline.torture.process.Instance;
import dev.driftline.torture.process.Member;
import dev.driftline.torture.process.TormentedCluster;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * Carries a plan out: some faults at a time, each on a thread of its own, and a look at processes that end by themselves. Of
 * brokers only one suffers at a time. One campaign.
 */
final class Campaign {

    private static final int AT_A_TIME = 4;
    private static final Duration RECOVERY = Duration.ofSeconds(150);
    private static final Duration FOR_A_BROKER = Duration.ofSeconds(25);
    private static final int LOOK_MS = 250;
    private static final int TRIES = 4;
    private static final int AGAIN_MS = 5_000;

    private final TormentedCluster cluster;
    private final Scene scene;
    private final Report report;
    private final Consumer<String> progress;
    private final BooleanSupplier over;
    private final Semaphore room = new Semaphore(AT_A_TIME);
    private final Semaphore brokers = new Semaphore(1);
    private final long began = System.nanoTime();
    private volatile boolean ended;

    Campaign(TormentedCluster cluster, Report report, Consumer<String> progress, BooleanSupplier over) {
        this.cluster = cluster;
        this.report = report;
        this.progress = progress;
        this.over = over;
        scene = new Scene(cluster, over);
    }

    /**
     * Carries out what is planned for the time given, and waits until all of it is over.
     *
     * @param atLeast as many faults are carried out, however long it takes
     */
    void run(Plan plan, Duration time, int atLeast) throws InterruptedException {
        ExecutorService threads = Executors.newCachedThreadPool(work -> {
            Thread thread = new Thread(work, "fault");
            thread.setDaemon(true);
            return thread;
        });
        Thread look = new Thread(this::lookAfterProcesses, "look-after-processes");
        look.setDaemon(true);
        look.start();
        try {
            for (Planned next = plan.next();
                    next.atMillis() < time.toMillis() || next.number() <= atLeast;
                    next = plan.next()) {
                while (millis() < next.atMillis() && !over.getAsBoolean()) {
                    TimeUnit.MILLISECONDS.sleep(20);
                }
                while (!room.tryAcquire(100, TimeUnit.MILLISECONDS)) {
                    if (over.getAsBoolean() || millis() > time.toMillis() && next.number() > atLeast) {
                        break;
                    }
                }
                if (over.getAsBoolean() || millis() > time.toMillis() && next.number() > atLeast) {
                    break;
                }
                Planned planned = next;
                threads.execute(() -> carryOut(planned, atLeast));
            }
        } finally {
            threads.shutdown();
            threads.awaitTermination(over.getAsBoolean() ? 1 : 400, TimeUnit.SECONDS);
            ended = true;
        }
    }

    private long millis() {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began);
    }

    private void carryOut(Planned planned, int atLeast) {
        boolean holdsBrokers = false;
        try {
            if (planned.kind().isOfBrokers()) {
                holdsBrokers = brokers.tryAcquire(FOR_A_BROKER.toSeconds(), TimeUnit.SECONDS);
                if (!holdsBrokers) {
                    done(planned, nothing("another broker has not recovered"), OptionalLong.empty());
                    return;
                }
            }
            Struck struck = planned.fault().strike(scene);
            // Of each kind one is to hit something, whatever the others were at.
            for (int again = 1; !struck.hit() && planned.number() <= atLeast && again < TRIES; again++) {
                struck.hurt().forEach(Member::start);
                scene.pause(AGAIN_MS);
                struck = planned.fault().strike(scene);
            }
            long struckAt = millis();
            struck.hurt().forEach(Member::start);
            OptionalLong healthy = OptionalLong.empty();
            if (struck.hit() && cluster.await(struck.hurt(), RECOVERY)) {
                healthy = OptionalLong.of(millis() - struckAt);
            }
            done(planned, struck, healthy);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            if (!over.getAsBoolean()) {
                done(planned, nothing("failed: " + e), OptionalLong.empty());
            }
        } finally {
            if (holdsBrokers) {
                brokers.release();
            }
            room.release();
        }
    }

    private static Struck nothing(String why) {
        return new Struck("nobody", EnumSet.noneOf(dev.driftline.torture.fault.Moment.class), why, List.of());
    }

    private void done(Planned planned, Struck struck, OptionalLong healthy) {
        if (over.getAsBoolean()) {
            return;
        }
        report.add(new Done(planned, struck, millis(), healthy));
        List<String> moments = new ArrayList<>();
        struck.moments()
                .forEach(moment -> moments.add(
                        (moment == dev.driftline.torture.fault.Moment.ANY ? "" : "during ") + moment.words()));
        progress.accept(String.format(
                Locale.ROOT,
                "%5.1f s  #%d %s %s %s (%s)%s",
                millis() / 1e3,
                planned.number(),
                planned.kind().label(),
                struck.target(),
                struck.hit() ? String.join(" and ", moments) : "hit nothing",
                struck.note(),
                !struck.hit()
                        ? ""
                        : healthy.isPresent()
                                ? String.format(Locale.ROOT, "; healthy after %.1f s", healthy.getAsLong() / 1e3)
                                : "; NOT healthy after " + RECOVERY.toSeconds() + " s"));
    }

    private void lookAfterProcesses() {
        try {
            while (!ended && !over.getAsBoolean()) {
                for (Member member : cluster.members()) {
                    member.revive().ifPresent(how -> {
                        report.ended(how);
                        progress.accept(how);
                    });
                }
                takeWrong();
                TimeUnit.MILLISECONDS.sleep(LOOK_MS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void takeWrong() {
        for (Instance instance : cluster.instances()) {
            report.wrong(instance.takeWrong());
        }
    }

    /** Starts and thaws everything, so that what is left can be processed. */
    void heal() {
        for (Member member : cluster.members()) {
            member.thaw();
            member.start();
        }
        takeWrong();
    }
}
