package dev.driftline.torture.fault;

import dev.driftline.torture.process.Instance;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/** The files of the stores of an instance that is down, to be damaged. */
final class SstFiles {

    private static final long SMALLEST_BYTES = 100;
    private static final Duration FOR_ITS_FILES = Duration.ofSeconds(40);

    private SstFiles() {}

    interface Damage {

        /** Damages a file, and says how. */
        String to(RandomAccessFile file) throws IOException;
    }

    /** Stops or kills an instance, damages one file of its stores, and starts it. */
    static Struck damage(Planned planned, Scene scene, Damage damage) throws InterruptedException {
        Instance first = scene.instance(planned.target());
        Instance second = scene.instance(planned.target() + 1);
        // One that has no task has no store.
        Instance target = stores(first.state(), "CURRENT", 0).isEmpty() ? second : first;
        if (!target.isAlive()) {
            return Struck.nothing(target, "it was down already");
        }
        // One that is still restoring has no files yet.
        scene.await(FOR_ITS_FILES, target::isHealthy);
        Aim aim = Aim.at(planned.moment(), target, scene);
        // What is killed leaves only the files that it had; one that stops writes what it has in memory.
        boolean orderly = planned.detail() % 3 != 0 || files(target.state()).isEmpty();
        if (orderly) {
            target.stop();
        } else {
            target.kill();
        }
        StringBuilder done = new StringBuilder();
        boolean wasDown = target.startAfter(() -> done.append(damageOne(target.state(), planned.detail(), damage)));
        if (!wasDown) {
            return Struck.nothing(target, "another fault started it meanwhile");
        }
        return done.length() == 0
                ? Struck.nothing(target, "no store there has a file")
                : Struck.at(target, aim.moments(), (orderly ? "stopped, " : "killed, ") + done);
    }

    private static String damageOne(Path state, int choice, Damage damage) {
        List<Path> files = files(state);
        if (files.isEmpty()) {
            return "";
        }
        Path file = files.get(Math.floorMod(choice, files.size()));
        try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
            return damage.to(open) + " in " + state.relativize(file);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot damage " + file, e);
        }
    }

    private static List<Path> files(Path state) {
        return stores(state, ".sst", SMALLEST_BYTES);
    }

    private static List<Path> stores(Path state, String end, long smallestBytes) {
        try (Stream<Path> all = Files.walk(state)) {
            return all.filter(file -> file.toString().endsWith(end))
                    .filter(file -> file.toFile().length() >= smallestBytes)
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot list " + state, e);
        } catch (UncheckedIOException changed) {
            return List.of(); // the store removed a file meanwhile
        }
    }
}
