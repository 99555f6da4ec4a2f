package dev.driftline.bench;

import dev.driftline.bench.process.Json;
import dev.driftline.bench.process.MeasuredJvm;
import dev.driftline.bench.text.BenchCorpus;
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
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
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
    private final Optional<Path> recordings;
    private final Consumer<String> say;

    NeuralBench(
            BenchCorpus corpus, Path folder, List<String> jvmOptions, Optional<Path> recordings, Consumer<String> say) {
        this.corpus = corpus;
        this.folder = folder;
        this.jvmOptions = jvmOptions;
        this.recordings = recordings;
        this.say = say;
    }

    /** Measures speed; without PyTorch where no Python has it. */
    Results.Neural measure() throws IOException {
        Path text = text();
        try (MeasuredJvm engine = engine(text)) {
            String kernels = Json.read(engine.hear(), NeuralRun.Ready.class).version();
            say.accept("  kernels: " + kernels);
            Optional<Torch> torch = Torch.start(text, folder);
            try {
                say.accept(torch.map(python -> "  beside PyTorch " + python.version() + " on " + python.blas())
                        .orElse("  without PyTorch: neither python3 nor /usr/bin/python3 has torch on OpenBLAS"
                                + " (Debian: apt-get install python3-torch python3-numpy libopenblas0-pthread)"));
                List<Results.NeuralTask> tasks = tasks(engine, torch);
                return new Results.Neural(
                        NeuralRun.VOCABULARY,
                        NeuralRun.SIZE,
                        NeuralRun.STREAMS,
                        NeuralRun.STEPS,
                        NeuralRun.CUTOFFS,
                        kernels,
                        torch.map(Torch::version).orElse(null),
                        torch.map(Torch::blas).orElse(null),
                        tasks);
            } finally {
                torch.ifPresent(Torch::close);
            }
        }
    }

    /** What both softmaxes learn. */
    Results.Softmaxes softmaxes() throws IOException {
        try (MeasuredJvm engine = engine(text())) {
            engine.hear();
            // Compiled code is part of no measurement.
            engine.ask("train full 12");
            engine.ask("train adaptive 24");
            say.accept("  both softmaxes, " + SOFTMAX_TOKENS + " tokens");
            return Json.read(engine.ask("softmaxes " + SOFTMAX_TOKENS), Results.Softmaxes.class);
        }
    }

    private MeasuredJvm engine(Path text) {
        return MeasuredJvm.start(
                NeuralRun.class,
                List.of(text.toString()),
                jvmOptions,
                folder.resolve("neural.log"),
                recordings.map(target -> target.resolve("neural.jfr")));
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

        private static final String CORE = "OPENBLAS_CORETYPE";
        /** The first is what OpenBLAS itself takes. */
        private static final List<String> KERNELS = List.of("", "Haswell", "Zen", "SkylakeX");

        private final Process process;
        private final Writer commands;
        private final BufferedReader answers;
        private final Ready ready;

        /** What PyTorch it is; {@code blas} is null where that is not OpenBLAS. */
        private record Ready(String version, String blas) {}

        private Torch(Process process) {
            this.process = process;
            commands = process.outputWriter(StandardCharsets.UTF_8);
            answers = process.inputReader(StandardCharsets.UTF_8);
            ready = Json.read(hear(), Ready.class);
        }

        static Optional<Torch> start(Path text, Path folder) throws IOException {
            Path script = folder.resolve(SCRIPT);
            try (InputStream resource = NeuralBench.class.getResourceAsStream(SCRIPT)) {
                Files.copy(resource, script);
            }
            for (String python : List.of("python3", "/usr/bin/python3")) {
                if (imports(python)) {
                    return fastest(python, script, text, folder);
                }
            }
            return Optional.empty();
        }

        /**
         * With the kernel of OpenBLAS that is the fastest here: what OpenBLAS takes for a machine that it does not know is
         * several times slower on some. Empty on another BLAS: on the reference one PyTorch is twenty times slower.
         */
        private static Optional<Torch> fastest(String python, Path script, Path text, Path folder) throws IOException {
            Torch best = null;
            double most = 0;
            Set<String> tried = new HashSet<>();
            for (String kernel : KERNELS) {
                ProcessBuilder builder = new ProcessBuilder(python, script.toString(), text.toString())
                        .redirectError(folder.resolve("pytorch.log").toFile());
                builder.environment().put("OMP_NUM_THREADS", "1");
                builder.environment().put("OPENBLAS_NUM_THREADS", "1");
                // Memory is kept, not given back and faulted in again for every large array.
                builder.environment().put("MALLOC_MMAP_MAX_", "0");
                builder.environment().put("MALLOC_TRIM_THRESHOLD_", Long.toString(16L << 30));
                builder.environment().remove(CORE);
                if (!kernel.isEmpty()) {
                    builder.environment().put(CORE, kernel);
                }
                Torch torch = new Torch(builder.start());
                double figure = torch.blas() == null || !tried.add(torch.blas()) ? 0 : torch.trial();
                if (figure > most) {
                    if (best != null) {
                        best.close();
                    }
                    best = torch;
                    most = figure;
                } else {
                    torch.close();
                }
            }
            return Optional.ofNullable(best);
        }

        /** Tokens a second through training and scoring once each, the first of two runs being the warm-up. */
        private double trial() {
            double figure = 0;
            for (int run = 0; run < 2; run++) {
                figure = 2 / (1 / figure(ask("train full 2")) + 1 / figure(ask("score full 32 1")));
            }
            return figure;
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
            return ready.version();
        }

        String blas() {
            return ready.blas();
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
