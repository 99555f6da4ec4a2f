package dev.driftline.recall;

import dev.driftline.config.DriftlineConfig;
import dev.driftline.input.DocumentOrigin;
import dev.driftline.schemas.Retraction;
import dev.driftline.verify.log.VerifyProgress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.producer.RecordMetadata;

/**
 * Asks for documents to be taken out, and hears the answers. One thread at a time.
 *
 * <p>Whoever is stopped in the middle may begin again: a document that has been taken out is not taken out a second time.
 */
public final class Retracting implements AutoCloseable {

    private static final Duration POLL = Duration.ofMillis(100);
    private static final int BATCH = 100;

    /** Retractions without an answer, at most. */
    private static final int MOST_UNDER_WAY = 1000;

    private final DocumentSearch search;
    private final RetractionPublisher publisher;
    private final Answers answers;
    private final Duration timeout;
    private final VerifyProgress progress;
    private final List<Future<RecordMetadata>> sent = new ArrayList<>();
    private long published;
    private long found;
    private long answered;
    private final boolean waits;
    private long due = System.nanoTime();

    /**
     * Connects.
     *
     * @param waits whether answers are waited for at all
     * @param timeout how long no answer may come while some are waited for
     * @param progress is told how far it is, and may end it by a {@link CancellationException}
     * @throws RetractionException if there is no topic for answers
     */
    public Retracting(
            DriftlineConfig config, DocumentSearch search, boolean waits, Duration timeout, VerifyProgress progress) {
        this.search = search;
        this.waits = waits;
        this.timeout = timeout;
        this.progress = progress;
        answers = new Answers(config);
        publisher = new RetractionPublisher(config);
    }

    /** Retractions that the brokers have stored. */
    public long published() {
        return published;
    }

    /** Documents of the source that were found, those that are out or were never learned among them. */
    public long found() {
        return found;
    }

    /** Answers that have come. */
    public long answered() {
        return answered;
    }

    /** How many answers are waited for. */
    public int underWay() {
        return answers.expected();
    }

    /**
     * Asks for one document to be taken out.
     *
     * @return where the retraction is
     */
    public DocumentOrigin ask(FoundRecord document) {
        DocumentOrigin retraction = RetractionPublisher.stored(publisher.send(document));
        published++;
        expect(retraction);
        return retraction;
    }

    /**
     * Asks for all documents of a source to be taken out, and then for what is known of the source itself to be dropped in every
     * partition.
     *
     * @param rate documents a second at most; 0 for no limit
     * @param told each answer
     * @return whether all answers that are waited for have come in time
     * @throws RetractionException if the service does not answer
     */
    public boolean askForSource(String source, double rate, Consumer<Retraction> told) {
        found = search.ofSource(source, document -> {
            sent.add(publisher.send(document));
            long pause = rate > 0 ? (long) (TimeUnit.SECONDS.toNanos(1) / rate) : 0;
            due = Math.max(due, System.nanoTime() - TimeUnit.SECONDS.toNanos(1)) + pause;
            if (sent.size() >= BATCH || due > System.nanoTime()) {
                settle();
                // The answers are heard while the next document is not due.
                if (!hear(told, () -> Math.max(0, due - System.nanoTime()), MOST_UNDER_WAY)) {
                    throw new RetractionException("no answer came for " + timeout.toSeconds() + " s to " + underWay()
                            + " retractions: is the service running? Run this again when it is");
                }
            }
            progress.at("retracting documents of '" + source + "'", answered, Math.max(1, published));
        });
        settle();
        if (!await(told)) {
            return false;
        }
        // After the documents in each partition, so that nothing is learned of the source behind it.
        for (int partition = 0; partition < search.partitions(); partition++) {
            sent.add(publisher.sendDrop(search.documentsTopic(), partition, source));
        }
        settle();
        return await(told);
    }

    /**
     * Waits for the answers.
     *
     * @param told each of them
     * @return whether all have come in time
     */
    public boolean await(Consumer<Retraction> told) {
        return hear(told, () -> 0, 0);
    }

    private void settle() {
        publisher.flush();
        for (Future<RecordMetadata> one : sent) {
            expect(RetractionPublisher.stored(one));
            published++;
        }
        sent.clear();
    }

    private void expect(DocumentOrigin retraction) {
        if (waits) {
            answers.expect(retraction);
        }
    }

    /**
     * Hears answers until the time is over and at most so many are waited for.
     *
     * @return false where none has come for too long
     */
    private boolean hear(Consumer<Retraction> told, LongSupplier leftNanos, int mostOpen) {
        long since = System.nanoTime();
        while (true) {
            long left = leftNanos.getAsLong();
            if (left <= 0 && underWay() <= mostOpen) {
                return true;
            }
            if (underWay() > mostOpen && System.nanoTime() - since > timeout.toNanos()) {
                return false;
            }
            Duration wait = left > 0 && left < POLL.toNanos() ? Duration.ofNanos(left) : POLL;
            List<Retraction> came = answers.poll(wait);
            came.forEach(told);
            answered += came.size();
            progress.at("waiting for answers", answered, Math.max(1, published));
            if (!came.isEmpty()) {
                since = System.nanoTime();
            }
        }
    }

    @Override
    public void close() {
        publisher.close();
        answers.close();
    }
}
