package dev.driftline.bench;

import com.sun.management.OperatingSystemMXBean;
import dev.driftline.bench.process.Folders;
import dev.driftline.bench.process.MeasuredJvm;
import dev.driftline.bench.text.BenchCorpus;
import dev.driftline.bench.text.LongText;
import dev.driftline.corpus.CorpusDocument;
import dev.driftline.scoring.DocumentTokens;
import dev.driftline.scoring.LocalModel;
import dev.driftline.scoring.ModelSettings;
import dev.driftline.store.RocksDbPages;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/**
 * In a JVM of its own: what a token costs as the model grows. One thread, over RocksDB, a {@link LongText}; answers with a
 * {@link Results.Growth} for each mark as soon as it is reached, and with {@code done}.
 *
 * <p>The cost is that of the tokens since the mark before: CPU time of the whole process, compaction and collector included,
 * without that of making the text. A run over the first million tokens with a store of its own comes first.
 *
 * <p>Arguments: corpus file, limit of documents, order, folder, then the marks in tokens.
 */
final class GrowthRun {

    private static final long WARM_UP_TOKENS = 1_000_000;
    private static final int BATCH = 500;

    /**
     * What comes in between two commits. A number of tokens, not a time: in a time a busy machine learns less, and would write
     * more for each token.
     */
    private static final int TOKENS_A_WRITE_BACK = 150_000;

    private static final OperatingSystemMXBean PROCESS =
            (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private final LongText text;
    private final int order;

    private GrowthRun(LongText text, int order) {
        this.text = text;
        this.order = order;
    }

    /** Called by the JVM. */
    public static void main(String[] arguments) throws IOException {
        MeasuredJvm.endWithParent();
        BenchCorpus corpus = BenchCorpus.read(Path.of(arguments[0]), Long.parseLong(arguments[1]));
        GrowthRun run =
                new GrowthRun(corpus.cut(EndToEndBench.DOCUMENT_TOKENS).endless(), Integer.parseInt(arguments[2]));
        Path folder = Path.of(arguments[3]);
        List<Long> marks = new ArrayList<>();
        for (int i = 4; i < arguments.length; i++) {
            marks.add(Long.parseLong(arguments[i]));
        }
        run.measure(folder.resolve("warm-up"), List.of(WARM_UP_TOKENS), false);
        Folders.delete(folder.resolve("warm-up"));
        run.measure(folder.resolve("measured"), marks, true);
        MeasuredJvm.answer(System.out, "done");
        System.exit(0);
    }

    private void measure(Path folder, List<Long> marks, boolean answers) {
        Iterator<CorpusDocument> documents = text.iterator();
        try (RocksDbPages pages = RocksDbPages.open(folder, InProcessRun.ROCKSDB_MEMORY_BYTES)) {
            LocalModel model =
                    new LocalModel(ModelSettings.ofOrder(order), 1, shard -> pages, InProcessRun.DECODED_CACHE_BYTES);
            long tokens = 0;
            long unwritten = 0;
            for (long mark : marks) {
                long before = tokens;
                long start = System.nanoTime();
                long cpu = PROCESS.getProcessCpuTime();
                long makingNanos = 0;
                long makingCpu = 0;
                while (tokens < mark) {
                    long madeFrom = System.nanoTime();
                    long madeFromCpu = THREADS.getCurrentThreadCpuTime();
                    List<DocumentTokens> batch = new ArrayList<>(BATCH);
                    for (int i = 0; i < BATCH; i++) {
                        CorpusDocument document = documents.next();
                        tokens += LongText.tokens(document);
                        batch.add(DocumentTokens.of(document.sentences()));
                    }
                    makingNanos += System.nanoTime() - madeFrom;
                    makingCpu += THREADS.getCurrentThreadCpuTime() - madeFromCpu;
                    for (DocumentTokens document : batch) {
                        model.score(document, true);
                        unwritten += document.tokens().length;
                        if (unwritten >= TOKENS_A_WRITE_BACK) {
                            model.writeBack();
                            unwritten = 0;
                        }
                    }
                }
                model.writeBack();
                if (answers) {
                    double spent = PROCESS.getProcessCpuTime() - cpu - makingCpu;
                    double seconds = (System.nanoTime() - start - makingNanos) / 1e9;
                    long learned = tokens - before;
                    MeasuredJvm.answer(
                            System.out,
                            new Results.Growth(
                                    "in process",
                                    order,
                                    tokens,
                                    learned,
                                    spent / 1e3 / learned,
                                    learned / seconds,
                                    Folders.bytes(folder)));
                }
            }
        }
    }
}
