package dev.driftline.neural;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.driftline.neural.training.NetworkTrainer;
import dev.driftline.neural.training.Optimizer;
import dev.driftline.neural.training.TrainingSettings;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * That loops over tokens allocate nothing but what they return. On the plain kernels, in a JVM of its own: whether vectors
 * become objects in the others is for the compiler to say, and depends on what it has seen.
 */
class AllocationTest {

    private static final int WORDS = 300;

    @Test
    void shouldAllocateNothingATokenBesidesWhatIsReturned() throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Ddriftline.kernels=plain",
                        "-cp",
                        System.getProperty("java.class.path"),
                        AllocationTest.class.getName())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        assertThat(output.lines())
                .hasSize(2)
                .allSatisfy(line -> assertThat(Long.parseLong(line.substring(line.indexOf(' ') + 1)))
                        .as(line)
                        .isBetween(-1000L, 1000L));
    }

    /** Prints how many bytes 2,000 more tokens of reading, and 1,000 more of training, take beyond what is expected. */
    public static void main(String[] arguments) throws Exception {
        List<String> words = new ArrayList<>(List.of("<unk>", "</s>"));
        IntStream.range(2, WORDS).forEach(word -> words.add("w" + word));
        Network network = Network.random(
                Architecture.recurrent(Cell.LSTM, 12, 0.2, List.of(120, 257)), new NeuralVocabulary(words), 1);
        int[] text = new Random(1).ints(4000, 0, WORDS).toArray();
        NetworkReader reader = network.reader();
        // Two floats a token are what is returned.
        int[] half = Arrays.copyOf(text, 2000);
        System.out.println(
                "reading " + beyond(2000 * 8, () -> reader.score(List.of(text)), () -> reader.score(List.of(half))));
        NetworkTrainer trainer =
                new NetworkTrainer(network, new TrainingSettings(Optimizer.ADAM, 0.001, 1, 0, 2, 10, 1));
        List<int[]> longer = List.of(Arrays.copyOf(text, 2000));
        List<int[]> shorter = List.of(Arrays.copyOf(text, 1000));
        // One int a token is the text laid end to end.
        System.out.println("training "
                + beyond(
                        1000 * 4, () -> trainer.pass(longer, tokens -> {}), () -> trainer.pass(shorter, tokens -> {})));
    }

    private static long beyond(long expected, Callable<?> more, Callable<?> less) throws Exception {
        long beyond = Long.MAX_VALUE;
        // What the loops grow to at first is not counted.
        for (int round = 0; round < 20 && Math.abs(beyond) > 1000; round++) {
            beyond = allocated(more) - allocated(less) - expected;
        }
        return beyond;
    }

    private static long allocated(Callable<?> work) throws Exception {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        work.call();
        return threads.getCurrentThreadAllocatedBytes() - before;
    }
}
