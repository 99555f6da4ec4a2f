package dev.driftline.bench;

import dev.driftline.bench.process.Folders;
import dev.driftline.bench.process.MeasuredJvm;
import dev.driftline.bench.text.BenchCorpus;
import dev.driftline.corpus.CorpusDocument;
import dev.driftline.pages.PageStore;
import dev.driftline.scoring.Candidates;
import dev.driftline.scoring.DocumentTokens;
import dev.driftline.scoring.Gather;
import dev.driftline.scoring.LocalModel;
import dev.driftline.scoring.ModelSettings;
import dev.driftline.scoring.NgramProbabilities;
import dev.driftline.store.RocksDbPages;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.HdrHistogram.Histogram;

/**
 * In a JVM of its own: the model alone on one thread, request by request as in the topology, over RocksDB.
 *
 * <p>Arguments: corpus file, limit of documents, order, runs, folder, whether to measure predictions too.
 */
final class InProcessRun {

    static final long WRITE_BACK_INTERVAL_MS = 1000;
    static final long DECODED_CACHE_BYTES = 512L << 20;
    static final long ROCKSDB_MEMORY_BYTES = 128L << 20;
    static final int PREDICTIONS = 10;

    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
    private static final double BITS = 1 / Math.log(2);
    private static final int CONTEXTS = 20_000;
    private static final int HOTTEST_CONTEXTS = 5_000;

    private record Run(double tokensPerSecond, double tokensPerCpuSecond, double writeBackSeconds, double perplexity) {}

    /** Both answers of this JVM. */
    record Answer(Results.InProcess inProcess, Results.Predictions predictions) {}

    private InProcessRun() {}

    /** Called by the JVM. */
    public static void main(String[] arguments) throws IOException {
        MeasuredJvm.endWithParent();
        BenchCorpus corpus = BenchCorpus.read(Path.of(arguments[0]), Long.parseLong(arguments[1]));
        int order = Integer.parseInt(arguments[2]);
        int runs = Integer.parseInt(arguments[3]);
        Path folder = Path.of(arguments[4]);
        boolean predictions = Boolean.parseBoolean(arguments[5]);
        MeasuredJvm.answer(System.out, measure(corpus, order, runs, folder, predictions));
        System.exit(0);
    }

    private static Answer measure(BenchCorpus corpus, int order, int runs, Path folder, boolean predictions) {
        List<DocumentTokens> documents = corpus.documents().stream()
                .map(document -> DocumentTokens.of(document.sentences()))
                .toList();
        List<Run> measured = new ArrayList<>();
        long stateBytes = 0;
        Results.Predictions predicted = null;
        // The first run is the warm-up.
        for (int run = 0; run <= runs; run++) {
            Path store = folder.resolve("run-" + run);
            try (RocksDbPages pages = RocksDbPages.open(store, ROCKSDB_MEMORY_BYTES)) {
                LocalModel model = model(order, pages);
                Run result = learn(model, documents, corpus.tokens());
                if (run > 0) {
                    measured.add(result);
                }
                if (run == runs && predictions) {
                    predicted = predict(corpus, model);
                }
            }
            stateBytes = Folders.bytes(store);
            Folders.delete(store);
        }
        measured.sort(Comparator.comparingDouble(Run::tokensPerSecond));
        Run median = measured.get(measured.size() / 2);
        long ngrams = corpus.distinctNgrams(order);
        return new Answer(
                new Results.InProcess(
                        corpus.name(),
                        order,
                        median.tokensPerSecond,
                        measured.stream().map(Run::tokensPerSecond).toList(),
                        median.tokensPerCpuSecond,
                        median.perplexity,
                        WRITE_BACK_INTERVAL_MS,
                        median.writeBackSeconds,
                        DECODED_CACHE_BYTES,
                        ROCKSDB_MEMORY_BYTES,
                        ngrams,
                        stateBytes,
                        stateBytes / (double) ngrams),
                predicted);
    }

    private static LocalModel model(int order, PageStore pages) {
        return new LocalModel(ModelSettings.ofOrder(order), 1, shard -> pages, DECODED_CACHE_BYTES);
    }

    private static Run learn(LocalModel model, List<DocumentTokens> documents, long tokens) {
        int order = model.settings().order();
        long start = System.nanoTime();
        long startCpu = THREADS.getCurrentThreadCpuTime();
        long nextWriteBack = start + WRITE_BACK_INTERVAL_MS * 1_000_000;
        long writing = 0;
        double bits = 0;
        for (DocumentTokens document : documents) {
            NgramProbabilities rows = model.score(document, true);
            for (int row = 0; row < rows.rows(); row++) {
                bits -= Math.log(rows.probability(row, order)) * BITS;
            }
            long now = System.nanoTime();
            if (now >= nextWriteBack) {
                writing += writeBack(model);
                nextWriteBack = now + WRITE_BACK_INTERVAL_MS * 1_000_000;
            }
        }
        writing += writeBack(model);
        double seconds = (System.nanoTime() - start) / 1e9;
        double cpuSeconds = (THREADS.getCurrentThreadCpuTime() - startCpu) / 1e9;
        return new Run(tokens / seconds, tokens / cpuSeconds, writing / 1e9, Math.pow(2, bits / tokens));
    }

    private static long writeBack(LocalModel model) {
        long start = System.nanoTime();
        model.writeBack();
        return System.nanoTime() - start;
    }

    /** Beginnings of the corpus's own sentences, evenly spread over it, then those that end in the hottest word. */
    private static Results.Predictions predict(BenchCorpus corpus, LocalModel model) {
        String hottest = hottestWord(corpus);
        List<DocumentTokens> all = new ArrayList<>();
        List<DocumentTokens> hot = new ArrayList<>();
        long step = Math.max(1, corpus.tokens() / CONTEXTS);
        long hotStep = Math.max(1, occurrences(corpus, hottest) / HOTTEST_CONTEXTS);
        long at = 0;
        long hotAt = 0;
        for (CorpusDocument document : corpus.documents()) {
            for (List<String> sentence : document.sentences()) {
                for (int words = 0; words <= sentence.size(); words++) {
                    if (at++ % step == 0) {
                        all.add(DocumentTokens.of(List.of(sentence.subList(0, words))));
                    }
                    if (words > 0 && sentence.get(words - 1).equals(hottest) && hotAt++ % hotStep == 0) {
                        hot.add(DocumentTokens.of(List.of(sentence.subList(0, words))));
                    }
                }
            }
        }
        // In an order that says nothing of when they were learned.
        Collections.shuffle(all, new java.util.Random(1));
        Collections.shuffle(hot, new java.util.Random(2));
        time(model, all);
        Histogram every = time(model, all);
        time(model, hot);
        Histogram hotOnly = time(model, hot);
        return new Results.Predictions(
                corpus.name(),
                model.settings().order(),
                every.getTotalCount(),
                every.getValueAtPercentile(50) / 1e3,
                every.getValueAtPercentile(99) / 1e3,
                hottest,
                hotOnly.getValueAtPercentile(50) / 1e3,
                hotOnly.getValueAtPercentile(99) / 1e3);
    }

    private static Histogram time(LocalModel model, List<DocumentTokens> contexts) {
        Histogram nanos = new Histogram(3);
        for (DocumentTokens context : contexts) {
            long start = System.nanoTime();
            List<String> words = next(model, context);
            nanos.recordValue(System.nanoTime() - start);
            if (words.isEmpty()) {
                throw new IllegalStateException("no prediction after " + String.join(" ", context.words()));
            }
        }
        return nanos;
    }

    private static List<String> next(LocalModel model, DocumentTokens context) {
        Gather.Gathered gathered = model.ask(context, false, PREDICTIONS, List.of());
        Candidates candidates = gathered.candidates();
        int order = model.settings().order();
        double[] probability = new double[candidates.words().size()];
        for (int i = 0; i < probability.length; i++) {
            probability[i] = candidates.probabilities().probability(i, order);
        }
        return IntStream.range(0, probability.length)
                .boxed()
                .sorted(Comparator.comparingDouble((Integer i) -> probability[i])
                        .reversed())
                .limit(PREDICTIONS)
                .map(candidates.words()::get)
                .toList();
    }

    /** The word that is followed by most different words. */
    private static String hottestWord(BenchCorpus corpus) {
        Map<String, Set<String>> followers = new HashMap<>();
        for (CorpusDocument document : corpus.documents()) {
            for (List<String> sentence : document.sentences()) {
                for (int i = 1; i < sentence.size(); i++) {
                    followers
                            .computeIfAbsent(sentence.get(i - 1), word -> new HashSet<>())
                            .add(sentence.get(i));
                }
            }
        }
        return Collections.max(
                        followers.entrySet(),
                        Comparator.comparingInt(entry -> entry.getValue().size()))
                .getKey();
    }

    private static long occurrences(BenchCorpus corpus, String word) {
        return corpus.documents().stream()
                .flatMap(document -> document.sentences().stream())
                .mapToLong(sentence -> Collections.frequency(sentence, word))
                .sum();
    }
}
