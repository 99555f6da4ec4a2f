package dev.driftline.live;

import dev.driftline.config.DriftlineConfig;
import dev.driftline.heap.HeapAccount;
import dev.driftline.heap.HeapBudget;
import dev.driftline.heap.HeapUse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fetches the words of documents from where they were read, with a consumer and a thread of its own that wait until somebody
 * asks. What was fetched lately is kept. May be asked from any thread.
 */
final class DocumentTexts implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(DocumentTexts.class);

    private static final Duration TIMEOUT = Duration.ofSeconds(3);
    private static final int WAITING = 16;

    private final DriftlineConfig config;
    private final ThreadPoolExecutor thread;
    private final Map<InputPosition, DocumentText> kept = new LinkedHashMap<>(64, 0.75f, true);
    private final HeapAccount heap;

    private final RetractedPlaces retracted;

    private @Nullable DocumentReader reader;

    /**
     * @param budget what is kept, and how much of it
     * @param retracted what is not shown
     */
    DocumentTexts(DriftlineConfig config, HeapBudget budget, RetractedPlaces retracted) {
        this.config = config;
        this.retracted = retracted;
        heap = budget.account(HeapUse.LIVE_RECORDS);
        thread = new ThreadPoolExecutor(0, 1, 30, TimeUnit.SECONDS, new ArrayBlockingQueue<>(WAITING), task -> {
            Thread worker = new Thread(task, "live-documents");
            worker.setDaemon(true);
            return worker;
        });
    }

    /** The words at each of {@code positions}; the answer has all of them, with a problem where there are none. */
    CompletableFuture<Map<InputPosition, DocumentText>> read(Collection<InputPosition> positions) {
        Map<InputPosition, DocumentText> found = new HashMap<>();
        List<InputPosition> missing = new ArrayList<>();
        synchronized (kept) {
            for (InputPosition position : positions) {
                DocumentText text = kept.get(position);
                if (text == null) {
                    missing.add(position);
                } else {
                    found.put(position, text);
                }
            }
        }
        if (missing.isEmpty()) {
            return CompletableFuture.completedFuture(found);
        }
        try {
            return CompletableFuture.supplyAsync(
                    () -> {
                        found.putAll(fetch(missing));
                        return found;
                    },
                    thread);
        } catch (RejectedExecutionException e) {
            missing.forEach(position -> found.put(position, DocumentText.missing("too many ask at once")));
            return CompletableFuture.completedFuture(found);
        }
    }

    /** On the one thread. */
    private Map<InputPosition, DocumentText> fetch(List<InputPosition> positions) {
        Map<InputPosition, DocumentText> fetched = new HashMap<>();
        String problem = "the broker has not given it within " + TIMEOUT.toSeconds() + " s";
        long deadline = System.nanoTime() + TIMEOUT.toNanos();
        try {
            if (reader == null) {
                reader = new DocumentReader(config, TIMEOUT);
            }
            Map<TopicPartition, TreeMap<Long, InputPosition>> wanted = positions.stream()
                    .collect(Collectors.groupingBy(
                            position -> new TopicPartition(position.topic(), position.partition()),
                            Collectors.toMap(
                                    InputPosition::offset, position -> position, (one, same) -> one, TreeMap::new)));
            for (Map.Entry<TopicPartition, TreeMap<Long, InputPosition>> entry : wanted.entrySet()) {
                reader.fetch(entry.getKey(), entry.getValue(), deadline, fetched);
            }
        } catch (KafkaException e) {
            LOG.warn("Cannot fetch the words of documents: {}", e.toString());
            problem = "the broker does not give it: " + e.getMessage();
            closeReader();
        }
        keep(fetched);
        for (InputPosition position : positions) {
            fetched.putIfAbsent(position, DocumentText.missing(problem));
        }
        return fetched;
    }

    private void keep(Map<InputPosition, DocumentText> fetched) {
        synchronized (kept) {
            fetched.forEach((position, text) -> {
                // One that was taken out while it was fetched was removed before it was here.
                if (text.problem().isEmpty()
                        && !retracted.contains(position)
                        && kept.putIfAbsent(position, text) == null) {
                    heap.add(text.heapBytes());
                }
            });
            var eldest = kept.values().iterator();
            while (heap.isOver() && eldest.hasNext()) {
                heap.add(-eldest.next().heapBytes());
                eldest.remove();
            }
        }
    }

    /** Lets go of the words of a document that is in {@link RetractedPlaces}. */
    void remove(InputPosition position) {
        synchronized (kept) {
            DocumentText text = kept.remove(position);
            if (text != null) {
                heap.add(-text.heapBytes());
            }
        }
    }

    private void closeReader() {
        if (reader != null) {
            reader.close();
            reader = null;
        }
    }

    @Override
    public void close() {
        try {
            thread.execute(this::closeReader);
        } catch (RejectedExecutionException e) {
            LOG.debug("The thread that fetches documents is busy; its reader ends with the process");
        }
        thread.shutdown();
        try {
            if (!thread.awaitTermination(2 * TIMEOUT.toSeconds(), TimeUnit.SECONDS)) {
                LOG.warn("The thread that fetches documents does not end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
