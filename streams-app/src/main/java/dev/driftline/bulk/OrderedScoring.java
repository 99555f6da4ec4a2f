package dev.driftline.bulk;

import dev.driftline.corpus.CorpusContent;
import dev.driftline.rows.Row;
import dev.driftline.rows.RowReader;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * Scores rows on several threads and hands them on in their order. A batch of rows is a task; the thread that calls reads them,
 * and waits for the oldest task while a few for each thread are under way, so memory does not grow with the file.
 */
final class OrderedScoring implements AutoCloseable {

    private static final int BATCH_ROWS = 128;
    private static final int BATCH_CHARACTERS = 1 << 19;
    private static final int CHARACTERS_A_TOKEN = 6;
    private static final int BATCHES_A_THREAD = 3;

    /** Receives batches in the order of their rows, on the thread that reads. */
    interface Sink {
        void accept(List<Row> rows, List<RowCost> costs) throws IOException;
    }

    private record Batch(List<Row> rows, Future<List<RowCost>> costs) {}

    private final BlockingQueue<RowScorer> scorers;
    private final ExecutorService pool;
    private final int mostBatches;

    OrderedScoring(int threads, Supplier<RowScorer> scorer) {
        scorers = new ArrayBlockingQueue<>(threads);
        for (int i = 0; i < threads; i++) {
            scorers.add(scorer.get());
        }
        mostBatches = threads * BATCHES_A_THREAD;
        pool = Executors.newFixedThreadPool(threads, task -> {
            Thread thread = new Thread(task, "score");
            thread.setDaemon(true);
            return thread;
        });
    }

    /**
     * Scores the rows that {@code reader} still has.
     *
     * @param stopped no more rows are read once it is true; those that were read are scored
     */
    void run(RowReader reader, BooleanSupplier stopped, Sink sink) throws IOException {
        Deque<Batch> underWay = new ArrayDeque<>();
        try {
            for (List<Row> rows = read(reader, stopped); !rows.isEmpty(); rows = read(reader, stopped)) {
                List<Row> batch = rows;
                Callable<List<RowCost>> task = () -> score(batch);
                underWay.addLast(new Batch(batch, pool.submit(task)));
                if (underWay.size() > mostBatches) {
                    hand(underWay.removeFirst(), sink);
                }
            }
            while (!underWay.isEmpty()) {
                hand(underWay.removeFirst(), sink);
            }
        } finally {
            underWay.forEach(batch -> batch.costs().cancel(true));
        }
    }

    private static List<Row> read(RowReader reader, BooleanSupplier stopped) throws IOException {
        List<Row> rows = new ArrayList<>();
        int characters = 0;
        while (rows.size() < BATCH_ROWS && characters < BATCH_CHARACTERS && !stopped.getAsBoolean()) {
            Row row = reader.next();
            if (row == null) {
                break;
            }
            rows.add(row);
            characters += row.content().map(OrderedScoring::size).orElse(0);
        }
        return rows;
    }

    private static int size(CorpusContent content) {
        return content instanceof CorpusContent.Text text
                ? text.text().length()
                : CHARACTERS_A_TOKEN
                        * ((CorpusContent.Sentences) content)
                                .sentences().stream().mapToInt(List::size).sum();
    }

    private List<RowCost> score(List<Row> rows) throws IOException, InterruptedException {
        RowScorer scorer = scorers.take();
        try {
            List<RowCost> costs = new ArrayList<>(rows.size());
            for (Row row : rows) {
                costs.add(scorer.score(row));
            }
            return costs;
        } finally {
            scorers.add(scorer);
        }
    }

    private static void hand(Batch batch, Sink sink) throws IOException {
        List<RowCost> costs;
        boolean interrupted = false;
        while (true) {
            try {
                costs = batch.costs().get();
                break;
            } catch (InterruptedException e) {
                // The batch is soon done, and whoever interrupts asks through stopped, too.
                interrupted = true;
            } catch (ExecutionException e) {
                if (e.getCause() instanceof IOException failed) {
                    throw failed;
                }
                if (e.getCause() instanceof RuntimeException failed) {
                    throw failed;
                }
                throw new IllegalStateException(e.getCause());
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        sink.accept(batch.rows(), costs);
    }

    /** Stops the threads, and waits until they are gone: the model that they ask is closed next. */
    @Override
    public void close() {
        pool.shutdownNow();
        boolean interrupted = false;
        while (!pool.isTerminated()) {
            try {
                pool.awaitTermination(1, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
