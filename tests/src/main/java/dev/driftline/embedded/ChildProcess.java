package dev.driftline.embedded;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * One life of a main class in a JVM of its own, which can be killed and frozen. It ends with this JVM, however that ends; a
 * frozen one as soon as it is thawed, which happens by itself. Thread-safe.
 */
public final class ChildProcess implements AutoCloseable {

    private static final long STOP_TIMEOUT_MS = 10_000;
    private static final List<String> THAW_LATER =
            List.of("/bin/sh", "-c", "trap '' INT; sleep \"$0\"; kill -CONT \"$1\"");

    private final ChildJvm child;

    ChildProcess(ChildJvm child) {
        this.child = child;
    }

    /** As {@link ChildJvm#start}. */
    public static ChildProcess start(
            List<String> classPath, List<String> jvmOptions, String mainClass, List<String> arguments, Path log) {
        return new ChildProcess(ChildJvm.start(classPath, jvmOptions, mainClass, arguments, log));
    }

    /** Whether it has not ended; a frozen one has not. */
    public boolean isAlive() {
        return child.isAlive();
    }

    /** The exit code, once it has ended. */
    public OptionalInt exitCode() {
        return child.exitCode();
    }

    /** Process id. */
    public long pid() {
        return child.pid();
    }

    /** The last lines of its output. */
    public String logTail() {
        return child.logTail();
    }

    /** {@code kill -9}, which ends a frozen process, too. */
    public void kill() {
        child.kill();
    }

    /**
     * Freezes it: connections stay open and nothing answers, as when the network is cut. Returns when it is frozen, or has
     * ended.
     */
    public void freeze() {
        signal("STOP");
        awaitStopped();
    }

    /**
     * As {@link #freeze()}.
     *
     * @param seconds after which another process thaws it if this one has not, as where this one was killed
     */
    public void freeze(int seconds) {
        try {
            new ProcessBuilder(
                            THAW_LATER.get(0),
                            THAW_LATER.get(1),
                            THAW_LATER.get(2),
                            Integer.toString(seconds),
                            Long.toString(pid()))
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot run sh", e);
        }
        freeze();
    }

    /** Ends {@link #freeze()}. */
    public void thaw() {
        signal("CONT");
    }

    /** Asks it to end, and kills it if it has not ended after {@code seconds}. */
    public void end(long seconds) {
        thaw(); // a frozen process would not see that it is asked to end
        // Not Process.destroy, which closes its standard input, too: ParentBound takes that for the end of this JVM.
        signal("TERM");
        try {
            ProcessHandle.of(pid())
                    .map(ProcessHandle::onExit)
                    .orElseGet(() -> CompletableFuture.completedFuture(null))
                    .get(seconds, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException stillThere) {
            child.kill();
        } catch (InterruptedException e) {
            child.kill();
            Thread.currentThread().interrupt();
        }
    }

    /** As {@link #end}, after ten seconds. */
    @Override
    public void close() {
        end(TimeUnit.MILLISECONDS.toSeconds(STOP_TIMEOUT_MS));
    }

    /** Sends a signal by name, for example {@code STOP}. One that has ended hears nothing. */
    private void signal(String name) {
        if (!child.isAlive()) {
            return;
        }
        try {
            Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(pid()))
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            if (kill.waitFor() != 0 && child.isAlive()) {
                throw new IllegalStateException("kill -" + name + " " + pid() + " failed");
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot run kill", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Waits until the signal STOP has taken effect, which takes a while on a busy machine. */
    private void awaitStopped() {
        try {
            long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(STOP_TIMEOUT_MS);
            while (child.isAlive() && !state().startsWith("T")) {
                if (System.nanoTime() > deadline) {
                    throw new IllegalStateException("process " + pid() + " does not stop");
                }
            }
        } catch (IOException e) {
            if (child.isAlive()) {
                throw new UncheckedIOException("cannot see the state of process " + pid(), e);
            }
        }
    }

    /** The state letter of {@code ps}; T is stopped. Slim Linux images have no {@code ps}, other systems no {@code /proc}. */
    private String state() throws IOException {
        Path stat = Path.of("/proc", Long.toString(pid()), "stat");
        if (Files.exists(stat)) {
            String text = Files.readString(stat, StandardCharsets.ISO_8859_1);
            return text.substring(text.lastIndexOf(')') + 1).strip();
        }
        Process ps = new ProcessBuilder("ps", "-o", "state=", "-p", Long.toString(pid())).start();
        try (InputStream output = ps.getInputStream()) {
            return new String(output.readAllBytes(), StandardCharsets.US_ASCII).strip();
        }
    }
}
