package dev.driftline.bench;

import dev.driftline.bench.process.MeasuredJvm;
import dev.driftline.neural.Architecture;
import dev.driftline.neural.Cell;
import dev.driftline.neural.Network;
import dev.driftline.neural.NetworkReader;
import dev.driftline.neural.NetworkState;
import dev.driftline.neural.NeuralVocabulary;
import dev.driftline.neural.kernels.KernelSelection;
import dev.driftline.neural.training.NetworkTrainer;
import dev.driftline.neural.training.OfflineTraining;
import dev.driftline.neural.training.Optimizer;
import dev.driftline.neural.training.TrainingSettings;
import dev.driftline.scoring.DocumentTokens;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.IntBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;

/**
 * In a JVM of its own: the neural engine on one thread, task by task as {@link NeuralBench} asks.
 *
 * <p>Argument: a file of token indexes, as {@link NeuralBench} writes it.
 */
final class NeuralRun {

    /** One figure: tokens a second, or microseconds. */
    record Figure(double figure) {}

    /** What multiplies matrices. */
    record Ready(String version) {}

    static final int VOCABULARY = 10_000;
    static final int SIZE = 256;
    static final int STREAMS = 20;
    static final int STEPS = 35;
    static final int DOCUMENT = 100;
    static final List<Integer> CUTOFFS = List.of(1_000, 4_000);
    static final double DIVISOR = 4;

    private static final int BEST = 10;
    /** Tokens of a slice of the comparison of the softmaxes, a tenth of a percent of whose time is the looking at a clock. */
    private static final int SLICE = 20 * STREAMS * STEPS;

    private static final int VALIDATION_TOKENS = 20_000;

    private final int[] text;
    private final Map<String, NetworkTrainer> trainers = new HashMap<>();
    private final Map<String, Integer> trained = new HashMap<>();
    private final Map<String, NetworkReader> readers = new HashMap<>();

    private NeuralRun(int[] text) {
        this.text = text;
        for (String softmax : List.of("full", "adaptive")) {
            Network start = network(softmax);
            trainers.put(softmax, trainer(start));
            readers.put(softmax, start.reader());
        }
    }

    /** Called by the JVM. */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        IntBuffer tokens = ByteBuffer.wrap(Files.readAllBytes(Path.of(arguments[0])))
                .order(ByteOrder.LITTLE_ENDIAN)
                .asIntBuffer();
        int[] text = new int[tokens.remaining()];
        tokens.get(text);
        NeuralRun run = new NeuralRun(text);
        MeasuredJvm.answer(System.out, new Ready(KernelSelection.kernels().name()));
        BufferedReader commands = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = commands.readLine(); line != null; line = commands.readLine()) {
            String[] words = line.split(" ");
            Object answer = switch (words[0]) {
                case "train" -> new Figure(run.train(words[1], Integer.parseInt(words[2])));
                case "score" -> new Figure(run.score(words[1], Integer.parseInt(words[2]), Integer.parseInt(words[3])));
                case "top" -> new Figure(run.top(Integer.parseInt(words[1])));
                case "softmaxes" -> run.softmaxes(Integer.parseInt(words[1]));
                default -> throw new IllegalArgumentException(line);
            };
            MeasuredJvm.answer(System.out, answer);
        }
        System.exit(0);
    }

    private static Network network(String softmax) {
        boolean adaptive = softmax.equals("adaptive");
        Architecture architecture = new Architecture(
                Cell.LSTM, SIZE, SIZE, 1, 0, 0, false, adaptive ? CUTOFFS : List.of(), adaptive ? DIVISOR : 1);
        List<String> words = new ArrayList<>(List.of(DocumentTokens.UNKNOWN_WORD, DocumentTokens.EOS_WORD));
        for (int word = words.size(); word < VOCABULARY; word++) {
            words.add("w" + word);
        }
        return Network.random(architecture, new NeuralVocabulary(words), 1);
    }

    private static NetworkTrainer trainer(Network start) {
        return new NetworkTrainer(start, new TrainingSettings(Optimizer.ADAM, 0.002, 1, 0, STREAMS, STEPS, 1));
    }

    private double train(String softmax, int chunks) throws InterruptedException {
        // New text each time, as in a stream: ever more rows of words have moments that move them.
        int length = chunks * STREAMS * STEPS;
        int from = trained.getOrDefault(softmax, 0);
        from = from + length > text.length ? 0 : from;
        trained.put(softmax, from + length);
        int[] tokens = Arrays.copyOfRange(text, from, from + length);
        long start = System.nanoTime();
        long done = trainers.get(softmax).pass(List.of(tokens), progress -> {}).tokens();
        return done / seconds(start);
    }

    private double score(String softmax, int documents, int repeats) {
        NetworkReader reader = readers.get(softmax);
        long start = System.nanoTime();
        for (int repeat = 0; repeat < repeats; repeat++) {
            List<int[]> batch = new ArrayList<>(documents);
            for (int document = 0; document < documents; document++) {
                int from = (repeat * documents + document) * DOCUMENT;
                batch.add(Arrays.copyOfRange(text, from, from + DOCUMENT));
            }
            reader.score(batch);
        }
        return (double) repeats * documents * DOCUMENT / seconds(start);
    }

    private double top(int count) {
        NetworkReader reader = readers.get("full");
        float[] probabilities = new float[VOCABULARY];
        double[] micros = new double[count];
        NetworkState state = reader.start();
        for (int i = 0; i < count; i++) {
            long start = System.nanoTime();
            state = reader.advance(state, text[i]);
            reader.next(state, probabilities);
            if (best(probabilities).size() != BEST) {
                throw new IllegalStateException("no prediction at " + i);
            }
            micros[i] = (System.nanoTime() - start) / 1e3;
        }
        Arrays.sort(micros);
        return micros[count / 2];
    }

    private static List<Integer> best(float[] probabilities) {
        PriorityQueue<Integer> best =
                new PriorityQueue<>(BEST + 1, (a, b) -> Float.compare(probabilities[a], probabilities[b]));
        float least = -1;
        for (int word = 0; word < probabilities.length; word++) {
            if (probabilities[word] > least) {
                best.add(word);
                if (best.size() > BEST) {
                    best.remove();
                    least = probabilities[best.peek()];
                }
            }
        }
        return new ArrayList<>(best);
    }

    /** Both softmaxes from the same start: after {@code tokens} each, and the adaptive one after the full one's time. */
    private Results.Softmaxes softmaxes(int tokens) throws InterruptedException {
        List<int[]> validation = List.of(Arrays.copyOfRange(text, text.length - VALIDATION_TOKENS, text.length));
        int[] training = Arrays.copyOf(text, text.length - VALIDATION_TOKENS);
        NetworkTrainer full = trainer(network("full"));
        double fullSeconds =
                teach(full, training, 0, tokens, Double.POSITIVE_INFINITY).seconds();
        double fullPerplexity = perplexity(full, validation);
        NetworkTrainer adaptive = trainer(network("adaptive"));
        Taught first = teach(adaptive, training, 0, tokens, Double.POSITIVE_INFINITY);
        double sameTokens = perplexity(adaptive, validation);
        Taught more = teach(adaptive, training, first.end(), Long.MAX_VALUE, fullSeconds - first.seconds());
        return new Results.Softmaxes(
                first.tokens(),
                fullSeconds,
                fullPerplexity,
                first.seconds(),
                sameTokens,
                first.tokens() + more.tokens(),
                perplexity(adaptive, validation));
    }

    private record Taught(long tokens, double seconds, int end) {}

    private static Taught teach(NetworkTrainer trainer, int[] text, int from, long tokens, double seconds)
            throws InterruptedException {
        long start = System.nanoTime();
        long done = 0;
        int at = from;
        while (done < tokens && seconds(start) < seconds) {
            if (at + SLICE > text.length) {
                at = 0;
            }
            done += trainer.pass(List.of(Arrays.copyOfRange(text, at, at + SLICE)), progress -> {})
                    .tokens();
            at += SLICE;
        }
        return new Taught(done, seconds(start), at);
    }

    private static double perplexity(NetworkTrainer trainer, List<int[]> validation) throws InterruptedException {
        return Math.pow(2, OfflineTraining.bitsPerToken(trainer.network(), validation));
    }

    private static double seconds(long start) {
        return (System.nanoTime() - start) / 1e9;
    }
}
