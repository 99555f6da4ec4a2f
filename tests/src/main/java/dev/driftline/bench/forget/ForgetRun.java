package dev.driftline.bench.forget;

import com.sun.management.OperatingSystemMXBean;
import dev.driftline.bench.process.Folders;
import dev.driftline.bench.process.MeasuredJvm;
import dev.driftline.bench.text.BenchCorpus;
import dev.driftline.bench.text.LongText;
import dev.driftline.corpus.CorpusDocument;
import dev.driftline.ngram.Forgetting;
import dev.driftline.ngram.NgramCounts;
import dev.driftline.ngram.StateSize;
import dev.driftline.pages.PageStore;
import dev.driftline.scoring.DocumentTokens;
import dev.driftline.scoring.LocalModel;
import dev.driftline.scoring.ModelSettings;
import dev.driftline.store.RocksDbPages;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/**
 * In a JVM of its own: a model that forgets, alone on one thread over RocksDB. Answers with a {@link ForgetResults.Speed}, a
 * {@link ForgetResults.Retract}, a {@link ForgetResults.Mark} for each mark, and {@code done}.
 *
 * <p>Arguments: corpus file, limit of documents, order, folder, runs, bound in bytes, seconds of the stream (0: none), seconds
 * between marks.
 */
public final class ForgetRun {

    private static final long CACHE_BYTES = 256L << 20;
    private static final long ROCKSDB_BYTES = 128L << 20;
    private static final long NEVER_REACHED = 1L << 50;
    private static final int TOKENS_A_WRITE_BACK = 150_000;
    private static final int BATCH = 200;
    private static final OperatingSystemMXBean PROCESS =
            (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    private static final MemoryMXBean MEMORY = ManagementFactory.getMemoryMXBean();

    /** Counts what is written. */
    private static final class Written implements PageStore {

        private final PageStore store;
        private long bytes;

        Written(PageStore store) {
            this.store = store;
        }

        @Override
        public byte @Nullable [] get(byte[] key) {
            return store.get(key);
        }

        @Override
        public void put(byte[] key, byte @Nullable [] value) {
            bytes += key.length + (value == null ? 0 : value.length);
            store.put(key, value);
        }

        @Override
        public void scan(byte[] prefix, BiConsumer<byte[], byte[]> visitor) {
            store.scan(prefix, visitor);
        }

        @Override
        public void scanFrom(byte[] first, BiPredicate<byte[], byte[]> visitor) {
            store.scanFrom(first, visitor);
        }

        long held() {
            long[] held = {0};
            store.scan(new byte[0], (key, value) -> held[0] += key.length + value.length);
            return held[0];
        }
    }

    private record Learned(double tokensPerSecond, StateSize held) {}

    private final BenchCorpus corpus;
    private final int order;
    private final Path folder;

    private ForgetRun(BenchCorpus corpus, int order, Path folder) {
        this.corpus = corpus;
        this.order = order;
        this.folder = folder;
    }

    /** Called by the JVM. */
    public static void main(String[] arguments) throws IOException {
        MeasuredJvm.endWithParent();
        BenchCorpus corpus = BenchCorpus.read(Path.of(arguments[0]), Long.parseLong(arguments[1]))
                .cut(ForgetBench.DOCUMENT_TOKENS);
        ForgetRun run = new ForgetRun(corpus, Integer.parseInt(arguments[2]), Path.of(arguments[3]));
        MeasuredJvm.answer(System.out, run.speed(Integer.parseInt(arguments[4])));
        MeasuredJvm.answer(System.out, run.retract());
        run.stream(Long.parseLong(arguments[5]), Long.parseLong(arguments[6]), Long.parseLong(arguments[7]));
        MeasuredJvm.answer(System.out, "done");
        System.exit(0);
    }

    private LocalModel model(Forgetting forgetting, PageStore store) {
        return new LocalModel(ModelSettings.ofOrder(order).forgetting(forgetting), 1, shard -> store, CACHE_BYTES);
    }

    /** Interleaved, so that what else the machine does meets all three alike; the first round is the warm-up. */
    private ForgetResults.Speed speed(int runs) {
        List<DocumentTokens> documents = documents();
        Learned whole = learn(documents, new Forgetting(NEVER_REACHED, 0, 0));
        long bound = whole.held().bytes() / 4;
        List<Forgetting> variants =
                List.of(Forgetting.NOTHING, new Forgetting(NEVER_REACHED, 0, 0), new Forgetting(bound, 0, 0));
        double[][] measured = new double[variants.size()][runs];
        for (int run = -1; run < runs; run++) {
            for (int variant = 0; variant < variants.size(); variant++) {
                double tokensPerSecond = learn(documents, variants.get(variant)).tokensPerSecond();
                if (run >= 0) {
                    measured[variant][run] = tokensPerSecond;
                }
            }
        }
        return new ForgetResults.Speed(
                order,
                corpus.tokens(),
                runs,
                median(measured[0]),
                median(measured[1]),
                median(measured[2]),
                whole.held().bytes(),
                bound);
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }

    private List<DocumentTokens> documents() {
        return corpus.documents().stream()
                .map(document -> DocumentTokens.of(document.sentences()))
                .toList();
    }

    private Learned learn(List<DocumentTokens> documents, Forgetting forgetting) {
        Path store = folder.resolve("speed");
        Learned learned;
        try (RocksDbPages pages = RocksDbPages.open(store, ROCKSDB_BYTES)) {
            LocalModel model = model(forgetting, pages);
            long start = System.nanoTime();
            long unwritten = 0;
            for (DocumentTokens document : documents) {
                model.score(document, true);
                unwritten += document.tokens().length;
                if (unwritten >= TOKENS_A_WRITE_BACK) {
                    model.writeBack();
                    unwritten = 0;
                }
            }
            model.writeBack();
            double seconds = (System.nanoTime() - start) / 1e9;
            learned = new Learned(
                    corpus.tokens() / seconds, model.shard(0).counts().held());
        }
        Folders.delete(store);
        return learned;
    }

    /** Every second document of the text, out of a model that has learned all of them; twice, the first time to warm up. */
    private ForgetResults.Retract retract() {
        ForgetResults.Retract measured = null;
        for (int run = 0; run < 2; run++) {
            Path store = folder.resolve("retract");
            try (RocksDbPages pages = RocksDbPages.open(store, ROCKSDB_BYTES)) {
                LocalModel model = model(Forgetting.NOTHING, pages);
                List<DocumentTokens> documents = documents();
                documents.forEach(document -> model.score(document, true));
                model.writeBack();
                long tokens = 0;
                long start = System.nanoTime();
                for (int i = 0; i < documents.size(); i += 2) {
                    DocumentTokens document = documents.get(i);
                    if (!model.retract(document).everywhere()) {
                        throw new IllegalStateException("document " + i + " was learned and cannot be taken out");
                    }
                    tokens += document.tokens().length;
                }
                model.writeBack();
                measured = new ForgetResults.Retract(order, tokens, tokens / ((System.nanoTime() - start) / 1e9));
            }
            Folders.delete(store);
        }
        if (measured == null) {
            throw new IllegalStateException("nothing was measured");
        }
        return measured;
    }

    private void stream(long boundBytes, long seconds, long markSeconds) {
        Path store = folder.resolve("stream");
        Iterator<CorpusDocument> text = new EverNewText(corpus);
        try (RocksDbPages pages = RocksDbPages.open(store, ROCKSDB_BYTES)) {
            Written written = new Written(pages);
            LocalModel model = model(new Forgetting(boundBytes, 0, 0), written);
            long tokens = 0;
            long unwritten = 0;
            long nanos = 0;
            long cpu = 0;
            while (nanos < seconds * 1_000_000_000L) {
                long marked = nanos;
                long markedCpu = cpu;
                long before = tokens;
                long bytes = written.bytes;
                while (nanos - marked < markSeconds * 1_000_000_000L) {
                    List<DocumentTokens> batch = new ArrayList<>(BATCH);
                    for (int i = 0; i < BATCH; i++) {
                        CorpusDocument document = text.next();
                        tokens += LongText.tokens(document);
                        batch.add(DocumentTokens.of(document.sentences()));
                    }
                    long startCpu = PROCESS.getProcessCpuTime();
                    long start = System.nanoTime();
                    for (DocumentTokens document : batch) {
                        model.score(document, true);
                        unwritten += document.tokens().length;
                        if (unwritten >= TOKENS_A_WRITE_BACK) {
                            model.writeBack();
                            unwritten = 0;
                        }
                    }
                    nanos += System.nanoTime() - start;
                    cpu += PROCESS.getProcessCpuTime() - startCpu;
                }
                model.writeBack();
                System.gc();
                NgramCounts counts = model.shard(0).counts();
                StateSize held = counts.held();
                StateSize forgotten = counts.forgotten();
                MeasuredJvm.answer(
                        System.out,
                        new ForgetResults.Mark(
                                nanos / 1e9,
                                tokens,
                                (tokens - before) / ((nanos - marked) / 1e9),
                                (tokens - before) / ((cpu - markedCpu) / 1e9),
                                MEMORY.getHeapMemoryUsage().getUsed(),
                                Folders.bytes(store),
                                written.held(),
                                (double) (written.bytes - bytes) / (tokens - before),
                                held.bytes(),
                                held.ngrams(),
                                held.words(),
                                forgotten.ngrams(),
                                forgotten.words()));
            }
        }
        Folders.delete(store);
    }
}
