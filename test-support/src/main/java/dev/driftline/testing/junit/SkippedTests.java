package dev.driftline.testing.junit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.support.descriptor.ClassSource;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.TestPlan;

/**
 * Writes down which tests were skipped and why, for the last lines of the build: into the file that the system property
 * {@value #FILE} names, if it is set. Thread-safe.
 */
public final class SkippedTests implements TestExecutionListener {

    /** Names the file. */
    static final String FILE = "driftline.skipped.tests";

    /** Reason → the classes whose tests it skipped, with how many. */
    private final Map<String, Map<String, Integer>> skipped = new TreeMap<>();

    @Override
    public void executionSkipped(TestIdentifier test, String reason) {
        add(test, reason);
    }

    @Override
    public void executionFinished(TestIdentifier test, TestExecutionResult result) {
        if (result.getStatus() == TestExecutionResult.Status.ABORTED) {
            add(
                    test,
                    result.getThrowable()
                            .map(Throwable::getMessage)
                            .orElse("it says no reason")
                            .replaceFirst("^Assumption failed: ", ""));
        }
    }

    private synchronized void add(TestIdentifier test, String reason) {
        skipped.computeIfAbsent(reason.replaceAll("\\s+", " "), why -> new TreeMap<>())
                .merge(className(test), 1, Integer::sum);
    }

    private static String className(TestIdentifier test) {
        String name = test.getSource()
                .map(source -> source instanceof MethodSource method
                        ? method.getClassName()
                        : source instanceof ClassSource type ? type.getClassName() : source.toString())
                .orElse(test.getDisplayName());
        return name.substring(name.lastIndexOf('.') + 1);
    }

    @Override
    public synchronized void testPlanExecutionFinished(TestPlan plan) {
        String file = System.getProperty(FILE, "");
        if (file.isEmpty()) {
            return;
        }
        List<String> lines = new ArrayList<>();
        skipped.forEach((reason, classes) -> {
            List<String> counted = new ArrayList<>();
            classes.forEach((name, count) -> counted.add(name + " (" + count + ")"));
            lines.add("[SKIPPED] " + String.join(", ", counted) + ": " + reason);
        });
        try {
            Files.createDirectories(Path.of(file).getParent());
            Files.write(Path.of(file), lines);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + file, e);
        }
    }
}
