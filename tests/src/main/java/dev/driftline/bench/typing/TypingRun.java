package dev.driftline.bench.typing;

import dev.driftline.bench.process.MeasuredJvm;
import dev.driftline.bench.text.BenchCorpus;
import dev.driftline.corpus.CorpusDocument;
import dev.driftline.mixture.MixtureSettings;
import dev.driftline.prefix.WordPrefix;
import dev.driftline.scoring.DocumentTokens;
import dev.driftline.scoring.LocalModel;
import dev.driftline.scoring.ModelSettings;
import dev.driftline.scoring.Scatter;
import dev.driftline.scoring.ShardScorer;
import dev.driftline.serving.query.DirectQueries;
import dev.driftline.serving.query.ModelChoice;
import dev.driftline.serving.query.ModelParts;
import dev.driftline.serving.query.NextWordsQuery;
import dev.driftline.serving.query.instances.InstanceQuery;
import dev.driftline.serving.query.instances.LocalModelShards;
import dev.driftline.serving.query.instances.ShardAccess;
import dev.driftline.store.RocksDbPages;
import dev.driftline.store.Turns;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.HdrHistogram.Histogram;

/**
 * In a JVM of its own: completions under the mixture, over RocksDB, with the code that a service answers with, without HTTP.
 *
 * <p>The text is the corpus, after which each document has, in the place of every eighth word, one that nobody has seen: two
 * beginnings of words of the corpus and a number in letters. So as many words come as are wanted, they begin as words do, and most of them
 * stay rare, as in a vocabulary of that size.
 *
 * <p>Arguments: corpus file, limit of documents, order, folder, shards, words.
 */
final class TypingRun {

    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
    private static final long DECODED_CACHE_BYTES = 512L << 20;
    private static final long ROCKSDB_MEMORY_BYTES = 128L << 20;
    private static final int DOCUMENT_TOKENS = 130;
    private static final int COMPLETIONS = 10;
    private static final int QUERIES = 400;
    private static final int WARM_UP = 200;
    private static final int MOST_LETTERS = 3;
    private static final int NEW_WORD_EACH = 8;
    private static final long WRITE_BACK_NANOS = 1_000_000_000;

    private final LocalModel model;
    /** Whose turn it is to use a shard: as in a service, one that is asked does not learn meanwhile, and the others may. */
    private final List<Turns> turns;

    private final Scatter scatter;
    private final List<CorpusDocument> documents;
    private final List<String> beginnings;
    private final SplittableRandom random = new SplittableRandom(1);
    private final LocalModelShards shards;
    private final DirectQueries queries;
    private long trips;
    private long made;
    private long learned;
    private int next;

    private TypingRun(LocalModel model, List<Turns> turns, BenchCorpus corpus) {
        this.model = model;
        this.turns = turns;
        scatter = new Scatter(model.settings(), model.shardCount());
        documents = corpus.cut(DOCUMENT_TOKENS).documents();
        beginnings = beginnings(documents);
        MixtureSettings mixture = MixtureSettings.defaults(
                model.settings().order(), model.settings().smoothing().label());
        shards = new LocalModelShards(model, mixture);
        ShardAccess access = this::ask;
        queries = DirectQueries.of(new ModelParts(
                model.settings(), mixture, model.shardCount(), access, Optional::empty, snapshot -> new BitSet()));
    }

    /** Called by the JVM. */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        MeasuredJvm.endWithParent();
        BenchCorpus corpus = BenchCorpus.read(Path.of(arguments[0]), Long.parseLong(arguments[1]));
        int order = Integer.parseInt(arguments[2]);
        Path folder = Path.of(arguments[3]);
        int shards = Integer.parseInt(arguments[4]);
        int words = Integer.parseInt(arguments[5]);
        List<RocksDbPages> stores = new ArrayList<>();
        for (int shard = 0; shard < shards; shard++) {
            stores.add(RocksDbPages.open(folder.resolve("shard-" + shard), ROCKSDB_MEMORY_BYTES / shards));
        }
        List<Turns> turns = stores.stream().map(store -> new Turns()).toList();
        LocalModel model = new LocalModel(
                ModelSettings.ofOrder(order),
                shards,
                shard -> new SharedPages(stores.get(shard), turns.get(shard)),
                DECODED_CACHE_BYTES);
        new TypingRun(model, turns, corpus).measure(words);
        stores.forEach(RocksDbPages::close);
        MeasuredJvm.answer(System.out, "done");
        System.exit(0);
    }

    private List<byte[]> ask(List<InstanceQuery> asked) {
        trips++;
        List<byte[]> answers = new ArrayList<>();
        for (InstanceQuery query : asked) {
            answers.add(
                    query instanceof InstanceQuery.Peek peek
                            ? inTurn(
                                    peek.shard(),
                                    () -> shards.ask(List.of(query)).get(0))
                            : shards.ask(List.of(query)).get(0));
        }
        return answers;
    }

    private <T> T inTurn(int shard, Supplier<T> work) {
        turns.get(shard).take();
        try {
            return work.get();
        } finally {
            turns.get(shard).end();
        }
    }

    /** The first letters of the words of a corpus, the most frequent words first. */
    private static List<String> beginnings(List<CorpusDocument> documents) {
        Map<String, Integer> counts = new HashMap<>();
        documents.forEach(document -> document.sentences()
                .forEach(sentence -> sentence.forEach(word -> counts.merge(word, 1, Integer::sum))));
        return counts.entrySet().stream()
                .filter(word -> Character.isLetter(word.getKey().charAt(0)))
                .sorted(Map.Entry.<String, Integer>comparingByValue(Comparator.reverseOrder())
                        .thenComparing(Map.Entry.comparingByKey()))
                .map(Map.Entry::getKey)
                .map(word -> word.substring(
                        0, word.offsetByCodePoints(0, Math.min(4, word.codePointCount(0, word.length())))))
                .toList();
    }

    private String newWord() {
        StringBuilder word = new StringBuilder(beginnings.get(random.nextInt(beginnings.size())));
        word.append(beginnings.get(random.nextInt(beginnings.size())));
        for (long number = made++; number > 0; number /= 26) {
            word.append((char) ('a' + number % 26));
        }
        return word.toString();
    }

    /** The next document: that of the corpus, with new words once it has been read. */
    private DocumentTokens document() {
        CorpusDocument document = documents.get(next++ % documents.size());
        if (next <= documents.size()) {
            return DocumentTokens.of(document.sentences());
        }
        List<List<String>> sentences = new ArrayList<>();
        int at = 0;
        for (List<String> sentence : document.sentences()) {
            List<String> changed = new ArrayList<>(sentence);
            for (int i = 0; i < changed.size(); i++) {
                if (++at % NEW_WORD_EACH == 0) {
                    changed.set(i, newWord());
                }
            }
            sentences.add(changed);
        }
        return DocumentTokens.of(sentences);
    }

    /** Learns a document, one shard after the other; returns how many tokens it has. */
    private int learn() {
        DocumentTokens document = document();
        byte[][] requests = scatter.requests(0, learned++, document, true, 0, List.of());
        for (int shard = 0; shard < requests.length; shard++) {
            ShardScorer scorer = model.shard(shard);
            byte[] request = requests[shard];
            inTurn(shard, () -> scorer.answer(request));
        }
        return document.tokens().length;
    }

    private void writeBack() {
        for (int shard = 0; shard < model.shardCount(); shard++) {
            ShardScorer scorer = model.shard(shard);
            inTurn(shard, () -> {
                scorer.writeBack();
                return true;
            });
        }
    }

    private long words() {
        long words = 0;
        for (int shard = 0; shard < model.shardCount(); shard++) {
            ShardScorer scorer = model.shard(shard);
            words += inTurn(shard, () -> scorer.counts().rawTypes());
        }
        return words;
    }

    private void measure(int words) throws InterruptedException {
        for (int i = 0; words() < words; i++) {
            learn();
            if (i % 1000 == 0) {
                writeBack();
            }
        }
        writeBack();
        long start = System.nanoTime();
        complete(List.of(), "a", 1);
        MeasuredJvm.answer(System.out, new TypingResults.First(model.shardCount(), millis(System.nanoTime() - start)));
        for (int i = 0; i < WARM_UP; i++) {
            query(1 + i % MOST_LETTERS);
        }
        for (boolean learning : new boolean[] {false, true}) {
            AtomicBoolean goesOn = new AtomicBoolean(learning);
            Thread learner = new Thread(() -> learn(goesOn), "learner");
            learner.start();
            for (int letters = 0; letters <= MOST_LETTERS; letters++) {
                MeasuredJvm.answer(System.out, run(letters, learning));
            }
            goesOn.set(false);
            learner.join();
        }
    }

    /** At a steady pace, as a stream comes: a query waits for the document at hand of the shard that it asks, as in a service. */
    private void learn(AtomicBoolean goesOn) {
        long written = System.nanoTime();
        double due = written;
        while (goesOn.get()) {
            due += 1e9 * learn() / TypingResults.TOKENS_PER_SECOND;
            while (System.nanoTime() < due && goesOn.get()) {
                LockSupport.parkNanos((long) due - System.nanoTime());
            }
            if (System.nanoTime() - written > WRITE_BACK_NANOS) {
                writeBack();
                written = System.nanoTime();
            }
        }
    }

    private TypingResults.Completions run(int letters, boolean learning) {
        Histogram micros = new Histogram(3);
        long before = trips;
        Histogram cpu = new Histogram(3);
        for (int i = 0; i < QUERIES; i++) {
            long cpuBefore = THREADS.getCurrentThreadCpuTime();
            micros.recordValue(query(letters));
            cpu.recordValue((THREADS.getCurrentThreadCpuTime() - cpuBefore) / 1000);
        }
        return new TypingResults.Completions(
                model.shardCount(),
                model.settings().order(),
                words(),
                letters,
                learning,
                QUERIES,
                micros.getValueAtPercentile(50) / 1e3,
                micros.getValueAtPercentile(99) / 1e3,
                cpu.getValueAtPercentile(50) / 1e3,
                (double) (trips - before) / QUERIES - 1);
    }

    /** A word in the middle of a sentence of the corpus, of which the first letters are there; returns microseconds. */
    private long query(int letters) {
        while (true) {
            List<List<String>> sentences =
                    documents.get(random.nextInt(documents.size())).sentences();
            List<String> sentence = sentences.get(random.nextInt(sentences.size()));
            int at = random.nextInt(sentence.size());
            String word = sentence.get(at);
            if (Character.isLetter(word.charAt(0)) && word.codePointCount(0, word.length()) > letters) {
                long start = System.nanoTime();
                complete(sentence.subList(0, at), word.substring(0, word.offsetByCodePoints(0, letters)), COMPLETIONS);
                return (System.nanoTime() - start) / 1000;
            }
        }
    }

    private void complete(List<String> before, String prefix, int count) {
        int found = queries.next(new NextWordsQuery(
                        List.of(before), ModelChoice.BEST, Optional.empty(), count, WordPrefix.of(prefix)))
                .words()
                .size();
        if (found == 0) {
            throw new IllegalStateException("no word begins with '" + prefix + "'");
        }
    }

    private static double millis(long nanos) {
        return nanos / 1e6;
    }
}
