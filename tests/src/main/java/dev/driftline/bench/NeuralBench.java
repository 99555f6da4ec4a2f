package dev.driftline.bench;

import dev.driftline.corpus.CorpusDocument;
import dev.driftline.neural.NeuralVocabulary;
import dev.driftline.neural.online.VocabularyTurnover;
import dev.driftline.scoring.DocumentTokens;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The neural engine beside PyTorch, on the same text with the same sizes, one thread each, in turn: a task by the one, the
 * same task by the other, and again, so that what else the machine does falls on both.
 */
final class NeuralBench {

    private static final String SCRIPT = "pytorch_bench.py";
    private static final int ROUNDS = 5;
    private static final int SOFTMAX_TOKENS = 200_000;

    /** Name, and command with enough work for a second or two. */
    private static final Map<String, String> TASKS = new LinkedHashMap<>();

    static {
        TASKS.put("train, full softmax", "train full 12");
        TASKS.put("train, adaptive softmax", "train adaptive 24");
        TASKS.put("score 1 × 100, full softmax", "score full 1 100");
        TASKS.put("score 1 × 100, adaptive softmax", "score adaptive 1 200");
        TASKS.put("score 32 × 100, full softmax", "score full 32 5");
        TASKS.put("score 32 × 100, adaptive softmax", "score adaptive 32 10");
        TASKS.put("top-10 next words, p50 µs", "top 800");
    }

    private final BenchCorpus corpus;
    private final Path folder;
    private final List<String> jvmOptions;
    private final Consumer<String> say;

    NeuralBench(BenchCorpus corpus, Path folder, List<String> jvmOptions, Consumer<String> say) {
        this.corpus = corpus;
        this.folder = folder;
        this.jvmOptions = jvmOptions;
        this.say = say;
    }

    /** Measures; without PyTorch where no Python has it. */
    Results.Neural measure() throws IOException {
        Path text = text();
        try (MeasuredJvm engine = MeasuredJvm.start(
                NeuralRun.class,
                List.of(text.toString()),
                jvmOptions,
                folder.resolve("neural.log"),
                Optional.empty())) {
            String kernels = Json.read(engine.hear(), NeuralRun.Ready.class).version();
            say.accept("  kernels: " + kernels);
            Optional<Torch> torch = Torch.start(text, folder);
            try {
                String version = torch.map(Torch::version).orElse(null);
                say.accept(
                        torch.isPresent()
                                ? "  beside PyTorch " + version
                                : "  without PyTorch: neither python3 nor /usr/bin/python3 can import torch"
                                        + " (Debian: apt-get install python3-torch libopenblas0-pthread)");
                List<Results.NeuralTask> tasks = tasks(engine, torch);
                say.accept("  both softmaxes, " + SOFTMAX_TOKENS + " tokens");
                Results.Softmaxes softmaxes =
                        Json.read(engine.ask("softmaxes " + SOFTMAX_TOKENS), Results.Softmaxes.class);
                return new Results.Neural(
                        NeuralRun.VOCABULARY,
                        NeuralRun.SIZE,
                        NeuralRun.STREAMS,
                        NeuralRun.STEPS,
                        NeuralRun.CUTOFFS,
                        kernels,
                        version,
                        tasks,
                        softmaxes);
            } finally {
                torch.ifPresent(Torch::close);
            }
        }
    }

    private List<Results.NeuralTask> tasks(MeasuredJvm engine, Optional<Torch> torch) {
        Map<String, List<Double>> ours = new LinkedHashMap<>();
        Map<String, List<Double>> theirs = new HashMap<>();
        // The first round is the warm-up.
        for (int round = 0; round <= ROUNDS; round++) {
            for (Map.Entry<String, String> task : TASKS.entrySet()) {
                double own = figure(engine.ask(task.getValue()));
                Optional<Double> other = torch.map(python -> figure(python.ask(task.getValue())));
                if (round > 0) {
                    ours.computeIfAbsent(task.getKey(), name -> new ArrayList<>())
                            .add(own);
                    other.ifPresent(figure -> theirs.computeIfAbsent(task.getKey(), name -> new ArrayList<>())
                            .add(figure));
                }
            }
        }
        List<Results.NeuralTask> tasks = new ArrayList<>();
        ours.forEach((task, figures) -> {
            boolean isTime = task.startsWith("top");
            double median = median(figures);
            Double torchMedian = theirs.containsKey(task) ? median(theirs.get(task)) : null;
            // Of the adaptive softmax also beside PyTorch's full one, which is what it takes the place of.
            String fullTask = task.replace("adaptive", "full");
            Double torchFull = theirs.containsKey(fullTask) ? median(theirs.get(fullTask)) : null;
            tasks.add(new Results.NeuralTask(
                    task,
                    median,
                    figures,
                    torchMedian,
                    theirs.get(task),
                    ratio(median, torchMedian, isTime),
                    fullTask.equals(task) ? null : ratio(median, torchFull, isTime)));
            say.accept(String.format(
                    Locale.ROOT,
                    "  %s: %,.0f%s",
                    task,
                    median,
                    torchMedian == null
                            ? ""
                            : String.format(
                                    Locale.ROOT,
                                    ", PyTorch %,.0f, %.2f ×",
                                    torchMedian,
                                    ratio(median, torchMedian, isTime))));
        });
        return tasks;
    }

    private static double figure(String json) {
        return Json.read(json, NeuralRun.Figure.class).figure();
    }

    private static Double ratio(double own, Double other, boolean isTime) {
        return other == null ? null : isTime ? other / own : own / other;
    }

    private static double median(List<Double> figures) {
        double[] sorted =
                figures.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        return sorted[sorted.length / 2];
    }

    /** The corpus as token indexes: the most frequent words have rows. */
    private Path text() throws IOException {
        Map<String, Integer> counts = new HashMap<>();
        for (CorpusDocument document : corpus.documents()) {
            document.sentences().forEach(sentence -> sentence.forEach(word -> counts.merge(word, 1, Integer::sum)));
        }
        NeuralVocabulary vocabulary = new VocabularyTurnover(NeuralRun.VOCABULARY, 1, 2).first(counts);
        if (vocabulary.size() < NeuralRun.VOCABULARY) {
            throw new IllegalStateException("the neural engine is measured with a vocabulary of " + NeuralRun.VOCABULARY
                    + " words, and " + corpus.file() + " has " + vocabulary.size() + ": take a longer text");
        }
        List<int[]> documents = corpus.documents().stream()
                .map(document -> vocabulary.encode(DocumentTokens.of(document.sentences())))
                .toList();
        int tokens = documents.stream().mapToInt(document -> document.length).sum();
        ByteBuffer bytes =
                ByteBuffer.allocate(Math.multiplyExact(tokens, Integer.BYTES)).order(ByteOrder.LITTLE_ENDIAN);
        documents.forEach(document -> Arrays.stream(document).forEach(bytes::putInt));
        return Files.write(folder.resolve("neural-text.bin"), bytes.array());
    }

    /** PyTorch in a process of its own. */
    private static final class Torch implements AutoCloseable {

        private final Process process;
        private final Writer commands;
        private final BufferedReader answers;
        private final String version;

        private Torch(Process process) {
            this.process = process;
            commands = process.outputWriter(StandardCharsets.UTF_8);
            answers = process.inputReader(StandardCharsets.UTF_8);
            version = Json.read(hear(), NeuralRun.Ready.class).version();
        }

        static Optional<Torch> start(Path text, Path folder) throws IOException {
            Path script = folder.resolve(SCRIPT);
            try (InputStream resource = NeuralBench.class.getResourceAsStream(SCRIPT)) {
                Files.copy(resource, script);
            }
            for (String python : List.of("python3", "/usr/bin/python3")) {
                if (imports(python)) {
                    ProcessBuilder builder = new ProcessBuilder(python, script.toString(), text.toString())
                            .redirectError(folder.resolve("pytorch.log").toFile());
                    builder.environment().put("OMP_NUM_THREADS", "1");
                    builder.environment().put("OPENBLAS_NUM_THREADS", "1");
                    return Optional.of(new Torch(builder.start()));
                }
            }
            return Optional.empty();
        }

        private static boolean imports(String python) {
            try {
                return new ProcessBuilder(python, "-c", "import torch, numpy")
                                .redirectErrorStream(true)
                                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                                .start()
                                .waitFor()
                        == 0;
            } catch (IOException notInstalled) {
                return false;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
        }

        String version() {
            return version;
        }

        String ask(String command) {
            try {
                commands.write(command + "\n");
                commands.flush();
            } catch (IOException e) {
                throw new UncheckedIOException("PyTorch has ended", e);
            }
            return hear();
        }

        private String hear() {
            try {
                for (String line = answers.readLine(); line != null; line = answers.readLine()) {
                    if (line.startsWith(MeasuredJvm.MARK)) {
                        return line.substring(MeasuredJvm.MARK.length());
                    }
                }
            } catch (IOException e) {
                throw new UncheckedIOException("cannot read from PyTorch", e);
            }
            throw new IllegalStateException("PyTorch has ended; see pytorch.log");
        }

        @Override
        public void close() {
            process.destroy();
        }
    }
}
