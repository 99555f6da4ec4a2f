package dev.driftline.neural;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** The Python of this machine that has PyTorch, for tests that need the real one. */
final class PyTorch {

    private static final String PYTHON = "/usr/bin/python3";

    private PyTorch() {}

    /** Skips the test, saying why, where there is none. */
    static void assumeInstalled() throws IOException, InterruptedException {
        assumeTrue(
                Files.isExecutable(Path.of(PYTHON)) && hasTorch(),
                PYTHON + " has no torch module: install python3-torch to run this");
    }

    private static boolean hasTorch() throws IOException, InterruptedException {
        Process process = new ProcessBuilder(PYTHON, "-c", "import torch")
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        return process.waitFor(120, TimeUnit.SECONDS) && process.exitValue() == 0;
    }

    /** Runs {@code tests/src/test/python/word_models.py}; returns what it prints. */
    static String wordModels(String... arguments) throws IOException, InterruptedException {
        return run(deploy().resolveSibling("tests/src/test/python/word_models.py"), arguments);
    }

    /** Runs {@code deploy/load_snapshot.py}; returns what it prints. */
    static String loadSnapshot(String... arguments) throws IOException, InterruptedException {
        return run(deploy().resolve("load_snapshot.py"), arguments);
    }

    private static String run(Path program, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(PYTHON, program.toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("PYTHONPATH", deploy().toString());
        builder.environment().put("PYTHONDONTWRITEBYTECODE", "1");
        builder.environment().put("OMP_NUM_THREADS", "1");
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(120, TimeUnit.SECONDS)).as(output).isTrue();
        assertThat(process.exitValue()).as(command + "\n" + output).isZero();
        return output;
    }

    private static Path deploy() {
        return Stream.iterate(Path.of("").toAbsolutePath(), up -> up != null, Path::getParent)
                .map(up -> up.resolve("deploy"))
                .filter(folder -> Files.exists(folder.resolve("load_snapshot.py")))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no deploy/load_snapshot.py"));
    }
}
