package dev.driftline.live;

import dev.driftline.config.DriftlineConfig;
import dev.driftline.heap.HeapBudget;
import dev.driftline.schemas.DriftEvent;
import dev.driftline.schemas.MalformedRecordException;
import dev.driftline.schemas.PromotionDecision;
import dev.driftline.schemas.RegistryUnavailableException;
import dev.driftline.schemas.Retraction;
import dev.driftline.schemas.SchemaRegistrySerdes;
import dev.driftline.schemas.Score;
import dev.driftline.threads.LastingThread;
import dev.driftline.topics.FollowerThread;
import dev.driftline.topics.Topic;
import dev.driftline.topics.TopicNames;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.Deserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows what the service publishes, all instances together, on a thread of its own: keeps the last of it for questions,
 * and tells subscribers. Where the broker or the registry is away it says so, waits, and goes on where it was.
 *
 * <p>One start and one close; everything else from any thread.
 */
public final class LiveFeed implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(LiveFeed.class);

    /** How far back scores are read at the start. */
    private static final Duration BACK = Duration.ofMinutes(15);

    /** Most records of a topic that are read at the start. */
    private static final int MOST_BACK = 5_000;

    /** Most subscribers at a time. */
    private static final int MOST_SUBSCRIBERS = 100;

    /** Most tokens of the documents of one answer. */
    public static final int MOST_TOKENS = 40_000;

    private static final int KEPT_DRIFT = 1_000;
    private static final int KEPT_PROMOTIONS = 500;
    private static final Duration LOOK = Duration.ofSeconds(2);
    private static final int PING_SECONDS = 15;
    private static final Set<String> LONG_FIELDS = Set.of("surprisals", "spelling");

    private final DriftlineConfig config;
    private final String scoresTopic;
    private final String driftTopic;
    private final String retractionsTopic;
    private final RetractedPlaces retracted = new RetractedPlaces();
    private final EventHub events = new EventHub(MOST_SUBSCRIBERS);
    private final LiveSources sources;
    private final RecentDocuments documents;
    private final RecentRecords drift;
    private final RecentRecords promotions;
    private final DocumentTexts texts;
    private final Map<TopicPartition, Long> next = new HashMap<>();
    private final FollowerThread<FeedReader> thread;
    private final LastingThread ticks = LastingThread.ticking("live-ticks", Duration.ofSeconds(1), this::tick);

    private volatile FeedStatus status = new FeedStatus(FeedStatus.State.STARTING, Instant.now(), "", 0);
    private long ticked;

    /** A feed that has not been started, with a budget of its own. */
    public LiveFeed(DriftlineConfig config) {
        this(config, new HeapBudget());
    }

    /**
     * A feed that has not been started.
     *
     * @param budget what it keeps is in it
     */
    public LiveFeed(DriftlineConfig config, HeapBudget budget) {
        this.config = config;
        sources = new LiveSources(LiveSources.MOST_SOURCES, budget);
        documents = new RecentDocuments(budget);
        drift = new RecentRecords(KEPT_DRIFT, budget);
        promotions = new RecentRecords(KEPT_PROMOTIONS, budget);
        TopicNames topics = TopicNames.of(config);
        scoresTopic = topics.name(Topic.SCORES);
        driftTopic = topics.name(Topic.DRIFT);
        retractionsTopic = topics.name(Topic.RETRACTIONS);
        texts = new DocumentTexts(config, budget, retracted);
        thread = new FollowerThread<>("live-feed", () -> new FeedReader(config, next), this::follow, this::failed);
    }

    /** Begins to follow. */
    public void start() {
        thread.start();
        ticks.start();
    }

    /** Where subscribers are told. */
    public EventHub events() {
        return events;
    }

    /** The sources that documents came from lately. */
    public LiveSources sources() {
        return sources;
    }

    /** How it goes, ready for JSON. */
    public Map<String, Object> status() {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("feed", status.fields());
        fields.putAll(sources.totals(System.currentTimeMillis()));
        fields.put("subscribers", events.subscribers());
        return fields;
    }

    /**
     * The newest drift events, the newest first, ready for JSON.
     *
     * @param source of this source only; empty for all
     */
    public List<Map<String, Object>> drift(int limit, Optional<String> source) {
        return drift.newest(limit, fields -> source.isEmpty() || source.get().equals(fields.get("source")));
    }

    /** The newest decisions on snapshots, the newest first, ready for JSON. */
    public List<Map<String, Object>> promotions(int limit) {
        return promotions.newest(limit, fields -> true);
    }

    /**
     * The documents that were scored last, the newest first, with their words and the surprisal of each, ready for JSON.
     * Completes within a few seconds.
     *
     * @param limit the most documents
     * @param tokens the most tokens of each; together they have {@link #MOST_TOKENS}, past which the older ones come without
     */
    public CompletableFuture<List<Map<String, Object>>> documents(int limit, int tokens) {
        return described(documents.newest(limit), tokens);
    }

    /** As {@link #documents}, the one that was read from {@code position}; none if it is not among the last any more. */
    public CompletableFuture<List<Map<String, Object>>> document(InputPosition position, int tokens) {
        return described(documents.at(position).stream().toList(), tokens);
    }

    private CompletableFuture<List<Map<String, Object>>> described(List<LiveDocument> listed, int tokens) {
        return texts.read(listed.stream().map(LiveDocument::position).toList()).thenApply(read -> {
            List<Map<String, Object>> described = new ArrayList<>();
            int left = MOST_TOKENS;
            for (LiveDocument document : listed) {
                DocumentText text = Objects.requireNonNull(read.get(document.position()));
                int shown = Math.min(Math.min(tokens, left), text.words().size());
                left -= shown;
                described.add(document.withText(text, shown));
            }
            return described;
        });
    }

    private void failed(Throwable e) {
        LOG.warn("The live feed cannot read, trying again in {} s: {}", FollowerThread.RETRY.toSeconds(), e.toString());
        setStatus(
                FeedStatus.State.DISCONNECTED, e instanceof Error ? e.toString() : "the broker: " + e.getMessage(), 0);
    }

    private void follow(FeedReader topics) {
        SchemaRegistrySerdes serdes = new SchemaRegistrySerdes(config.clients().schemaRegistry());
        try (Deserializer<Score> scores = serdes.deserializer(Score.class);
                Deserializer<DriftEvent> shifts = serdes.deserializer(DriftEvent.class);
                Deserializer<PromotionDecision> decisions = serdes.deserializer(PromotionDecision.class);
                Deserializer<Retraction> retractions = serdes.deserializer(Retraction.class)) {
            topics.open(BACK, MOST_BACK);
            setStatus(FeedStatus.State.LIVE, "", 0);
            follow(topics, new Values(scores, shifts, decisions, retractions));
        }
    }

    /** How the values of each topic are read. */
    private record Values(
            Deserializer<Score> scores,
            Deserializer<DriftEvent> shifts,
            Deserializer<PromotionDecision> decisions,
            Deserializer<Retraction> retractions) {}

    private void follow(FeedReader topics, Values values) {
        long looked = 0;
        while (!thread.isClosed()) {
            ConsumerRecords<byte[], byte[]> records = topics.poll();
            try {
                for (ConsumerRecord<byte[], byte[]> record : records) {
                    try {
                        take(record, values);
                    } catch (MalformedRecordException e) {
                        passOver(record, String.valueOf(e.getMessage()));
                    } catch (KafkaException e) {
                        throw e;
                    } catch (RuntimeException e) {
                        // It would fail each time, and what stands behind it would never be shown.
                        passOver(record, e.toString());
                    }
                    topics.done(record);
                }
            } catch (RegistryUnavailableException e) {
                setStatus(FeedStatus.State.DISCONNECTED, String.valueOf(e.getMessage()), 0);
                thread.pause();
                topics.again();
                continue;
            }
            if (looked == 0 || System.nanoTime() - looked > LOOK.toNanos()) {
                look(topics);
                looked = System.nanoTime();
            }
        }
    }

    private static void passOver(ConsumerRecord<byte[], byte[]> record, String why) {
        LOG.warn("Passed over {}-{} at {}: {}", record.topic(), record.partition(), record.offset(), why);
    }

    /** A consumer goes on trying in silence when its broker is gone; asking for the ends of the topics tells. */
    private void look(FeedReader topics) {
        try {
            setStatus(FeedStatus.State.LIVE, "", topics.behind());
        } catch (WakeupException | InterruptException e) {
            throw e;
        } catch (KafkaException e) {
            setStatus(FeedStatus.State.DISCONNECTED, "the broker does not answer: " + e.getMessage(), 0);
        }
    }

    private void take(ConsumerRecord<byte[], byte[]> record, Values values) {
        if (record.topic().equals(scoresTopic)) {
            Score score = values.scores().deserialize(record.topic(), record.headers(), record.value());
            if (score != null) {
                LiveDocument document = LiveDocument.of(score);
                sources.add(score.getSource(), DocumentCost.of(score));
                if (!retracted.contains(document.position())) {
                    documents.add(document);
                    events.publish("score", document.fields());
                }
            }
        } else if (record.topic().equals(retractionsTopic)) {
            Retraction answer = values.retractions().deserialize(record.topic(), record.headers(), record.value());
            if (answer != null) {
                take(answer);
            }
        } else if (record.topic().equals(driftTopic)) {
            DriftEvent event = values.shifts().deserialize(record.topic(), record.headers(), record.value());
            if (event != null) {
                Map<String, Object> fields = RecordJson.of(event, LONG_FIELDS);
                sources.add(event);
                drift.add(fields);
                events.publish("drift", fields);
            }
        } else {
            PromotionDecision decision =
                    values.decisions().deserialize(record.topic(), record.headers(), record.value());
            if (decision != null) {
                Map<String, Object> fields = RecordJson.of(decision, LONG_FIELDS);
                promotions.add(fields);
                events.publish("promotion", fields);
            }
        }
    }

    /** Lets go of what is shown of a document that has been taken out, or of a source. */
    private void take(Retraction answer) {
        switch (answer.getOutcome()) {
            case RETRACTED, APPROXIMATE, ALREADY_RETRACTED -> {
                if (answer.getRetractOffset() == null) {
                    documents.remove(
                            document -> answer.getId().equals(document.fields().get("id")));
                } else {
                    InputPosition place = new InputPosition(
                            answer.getInputTopic(), answer.getInputPartition(), answer.getRetractOffset());
                    retracted.add(place);
                    documents.remove(document -> document.position().equals(place));
                    texts.remove(place);
                }
            }
            case SOURCE_DROPPED -> {
                sources.remove(answer.getSource());
                drift.remove(event -> answer.getSource().equals(event.get("source")));
                documents.remove(
                        document -> answer.getSource().equals(document.fields().get("source")));
            }
            case NOT_LEARNED, NO_TEXT, UNKNOWN -> LOG.debug("Nothing was taken out: {}", answer.getReason());
        }
        events.publish("retraction", RecordJson.of(answer, LONG_FIELDS));
    }

    private void setStatus(FeedStatus.State state, String detail, long behind) {
        FeedStatus before = status;
        Instant since = before.state() == state ? before.since() : Instant.now();
        status = new FeedStatus(state, since, detail, behind);
    }

    private void tick() {
        ticked++;
        sources.evictIdle();
        if (events.subscribers() > 0) {
            sources.changes().ifPresent(changes -> events.announce("sources", changes));
            events.announce("status", status());
            if (ticked % PING_SECONDS == 0) {
                events.announce("ping", Map.of("at", Instant.now().toString()));
            }
        }
    }

    /** Stops following and ends all subscribers. Does nothing the second time. */
    @Override
    public void close() {
        ticks.interrupt();
        events.close();
        thread.close();
        texts.close();
    }
}
