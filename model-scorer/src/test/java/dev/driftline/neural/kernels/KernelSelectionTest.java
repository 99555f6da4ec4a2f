package dev.driftline.neural.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KernelSelectionTest {

    @TempDir
    Path directory;

    /** Run in a JVM of its own: multiplies and says with what. */
    static final class Multiplication {
        public static void main(String[] arguments) {
            float[] c = new float[1];
            KernelSelection.kernels()
                    .gemm(
                            new Matrix().view(new float[] {2, 3}, 1, 2),
                            new Matrix().view(new float[] {5, 7}, 2, 1),
                            0f,
                            new Matrix().view(c, 1, 1));
            System.out.println(c[0] + " " + KernelSelection.describe());
        }
    }

    private record Outcome(String output, String errors) {}

    private Outcome run(String... options) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(options));
        command.add("-cp");
        command.add(System.getProperty("java.class.path"));
        command.add(Multiplication.class.getName());
        Path output = directory.resolve("output");
        Path errors = directory.resolve("errors");
        Process process = new ProcessBuilder(command)
                .redirectOutput(output.toFile())
                .redirectError(errors.toFile())
                .start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return new Outcome(
                Files.readString(output, StandardCharsets.UTF_8), Files.readString(errors, StandardCharsets.UTF_8));
    }

    @Test
    void shouldWorkWithOneWarningWhenModuleIsMissing() throws Exception {
        Outcome outcome = run();
        assertThat(outcome.output()).startsWith("31.0 plain Java, ").contains("GFLOP/s");
        assertThat(outcome.errors()).containsOnlyOnce("--add-modules jdk.incubator.vector");
        assertThat(outcome.errors()).containsOnlyOnce("WARNING");
    }

    @Test
    void shouldFallBackWithOneWarningWhenCompilerIsMissing() throws Exception {
        Outcome outcome = run("--add-modules", "jdk.incubator.vector", "-XX:TieredStopAtLevel=1");
        assertThat(outcome.output()).startsWith("31.0 plain Java, ");
        assertThat(outcome.errors()).containsOnlyOnce("It needs the C2 compiler");
    }

    @Test
    void shouldObeyPropertyWhenSet() {
        assertThat(KernelSelection.choose("plain", true, VectorKernels::new).kernels())
                .isInstanceOf(PlainKernels.class);
        assertThat(KernelSelection.choose(" Vector", true, VectorKernels::new).kernels())
                .isInstanceOf(VectorKernels.class);
        assertThatThrownBy(() -> KernelSelection.choose("vector", false, VectorKernels::new))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("--add-modules jdk.incubator.vector");
        assertThatThrownBy(() -> KernelSelection.choose("fast", true, VectorKernels::new))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("auto, vector or plain");
    }

    @Test
    void shouldGiveSameKernelsWhenAskedAgain() {
        assertThat(KernelSelection.kernels()).isSameAs(KernelSelection.kernels());
        assertThat(KernelSelection.describe())
                .startsWith(KernelSelection.kernels().name());
    }
}
