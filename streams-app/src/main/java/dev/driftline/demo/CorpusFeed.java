package dev.driftline.demo;

import dev.driftline.config.DriftlineConfig;
import dev.driftline.corpus.CorpusReader;
import dev.driftline.ingest.DocumentPublisher;
import dev.driftline.ingest.RecordForm;
import dev.driftline.ingest.RecordKey;
import dev.driftline.text.Tokenizer;
import java.io.IOException;
import org.apache.kafka.common.errors.InterruptException;
import org.jspecify.annotations.Nullable;

/** Publishes a corpus to the documents topic on a thread of its own, at a given pace. */
final class CorpusFeed implements AutoCloseable {

    private final CorpusReader reader;
    private final Tokenizer tokenizer;
    private final DocumentPublisher publisher;
    private final long limit;
    private final WordCounts words;
    private final Pace pace;
    private final Thread thread = new Thread(this::feed, "demo-input");
    private volatile boolean finished;
    private volatile @Nullable Throwable failure;

    private CorpusFeed(
            CorpusReader reader,
            Tokenizer tokenizer,
            DocumentPublisher publisher,
            long limit,
            Pace pace,
            WordCounts words) {
        this.pace = pace;
        this.reader = reader;
        this.tokenizer = tokenizer;
        this.publisher = publisher;
        this.limit = limit;
        this.words = words;
    }

    /** Starts; {@code reader} stays the caller's to close, after this, and {@code words} is told of every document. */
    static CorpusFeed start(
            DriftlineConfig config, CorpusReader reader, Tokenizer tokenizer, long limit, Pace pace, WordCounts words) {
        DocumentPublisher publisher = DocumentPublisher.open(config, RecordForm.DOCUMENT, RecordKey.SOURCE);
        CorpusFeed feed = new CorpusFeed(reader, tokenizer, publisher, limit, pace, words);
        feed.thread.start();
        return feed;
    }

    /** Whether every document is stored in the topic. */
    boolean finished() {
        return finished;
    }

    /** Whether the rest is held back until there is a network. */
    boolean waitsForNetwork() {
        return pace.waitsForNetwork();
    }

    /** Documents sent so far. */
    long documents() {
        return publisher.published();
    }

    /**
     * Throws what ended the feed early, where something has.
     *
     * @throws IOException if something has
     */
    void check() throws IOException {
        Throwable failed = failure;
        if (failed != null) {
            throw new IOException(failed.getMessage(), failed);
        }
    }

    /** Stops feeding. */
    @Override
    public void close() {
        thread.interrupt();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        publisher.close();
    }

    private void feed() {
        try {
            while (publisher.published() < limit && !Thread.currentThread().isInterrupted() && reader.hasNext()) {
                words.add(publisher.publish(reader.next(), tokenizer));
                pace.await(publisher.tokens());
            }
            if (!Thread.currentThread().isInterrupted()) {
                publisher.flush();
                finished = true;
            }
        } catch (InterruptException | InterruptedException e) {
            // close() was called.
        } catch (RuntimeException | Error e) {
            failure = e;
        }
    }
}
