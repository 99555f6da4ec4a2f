package dev.driftline.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.driftline.commits.CommittingProcessors;
import dev.driftline.config.DriftlineConfig;
import dev.driftline.failures.RecordTries;
import dev.driftline.failures.Stage;
import dev.driftline.input.DeadLetters;
import dev.driftline.pages.HeapPageStore;
import dev.driftline.schemas.Document;
import dev.driftline.schemas.Score;
import dev.driftline.scoring.DocumentTokens;
import dev.driftline.scoring.LocalModel;
import dev.driftline.scoring.ModelSettings;
import dev.driftline.scoring.NgramProbabilities;
import dev.driftline.scoring.messages.ShardRequest;
import dev.driftline.shards.ShardCounts;
import dev.driftline.store.WriteBackStore;
import dev.driftline.topics.Layout;
import dev.driftline.topics.Topic;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.streams.StreamsConfig;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a task reads between two commits goes to a shard as one request, and comes back as one reply. */
class BatchedDocumentsTest {

    private static final ModelSettings MODEL = ModelSettings.ofOrder(3);

    @TempDir
    private Path folder;

    private final RevivedTask.Broker broker = new RevivedTask.Broker();
    private final AtomicInteger reached = new AtomicInteger();
    private final List<TopologyFixture> fixtures = new ArrayList<>();

    @AfterEach
    void close() {
        fixtures.forEach(TopologyFixture::close);
    }

    private TopologyFixture fixture(RecordTries tries, String guarantee) {
        TopologyFixture fixture = new TopologyFixture(
                Layout.SHARDS,
                folder.resolve("state"),
                MODEL,
                TopologyFixture.LIMITS,
                Optional.empty(),
                Optional.empty(),
                TopologySettings.sourceLimits(DriftlineConfig.defaults()),
                Optional.empty(),
                tries,
                Optional.empty(),
                Map.of(
                        StreamsConfig.PROCESSOR_WRAPPER_CLASS_CONFIG,
                        CommittingProcessors.class,
                        StreamsConfig.PROCESSING_GUARANTEE_CONFIG,
                        guarantee));
        fixtures.add(fixture);
        return fixture;
    }

    private TopologyFixture fixture() {
        return fixture(new RecordTries(), StreamsConfig.EXACTLY_ONCE_V2);
    }

    private List<Document> send(TopologyFixture fixture, int count) {
        List<Document> documents = IntStream.range(0, count)
                .mapToObj(i -> TopologyFixture.document(
                        "document-" + i, "news", "the house of mouse " + i % 7, "stands by the boat " + i))
                .toList();
        for (Document document : documents) {
            broker.send(
                    new ProducerRecord<>(
                            fixture.topics.name(Topic.DOCUMENTS),
                            document.getId().getBytes(StandardCharsets.UTF_8),
                            fixture.bytes(document)),
                    TopologyFixture.NOON.toEpochMilli());
        }
        return documents;
    }

    /** How many documents each request has that was committed. */
    private List<Integer> requests(TopologyFixture fixture) {
        ShardRequest.Addresses addresses = new ShardRequest.Addresses(MODEL.fingerprint(1));
        return broker.records(fixture.topics.name(Topic.NGRAM_REQUESTS)).stream()
                .map(request -> addresses.read(request.value()))
                .toList();
    }

    private List<ConsumerRecord<byte[], byte[]>> records(TopologyFixture fixture, Topic topic) {
        return broker.records(fixture.topics.name(topic));
    }

    /** Bits of a token by the model of the n-grams, by document. */
    private Map<String, Double> bits(TopologyFixture fixture) {
        Map<String, Double> bits = new HashMap<>();
        var scores = fixture.serdes.deserializer(Score.class);
        for (ConsumerRecord<byte[], byte[]> record : records(fixture, Topic.SCORES)) {
            Score score = scores.deserialize(record.topic(), record.value());
            assertThat(bits.put(score.getId(), score.getNgramBitsPerToken()))
                    .as(score.getId())
                    .isNull();
        }
        return bits;
    }

    private static void work(RevivedTask task) {
        while (!task.isIdle()) {
            task.process(Integer.MAX_VALUE);
            task.commit();
        }
    }

    /** As one after the other through the plain library. */
    private static void assertScored(List<Document> documents, Map<String, Double> bits) {
        LocalModel model = new LocalModel(MODEL, 1, shard -> new HeapPageStore(), 1 << 24);
        assertThat(bits).hasSize(documents.size());
        for (Document document : documents) {
            NgramProbabilities rows = model.score(DocumentTokens.of(document.getSentences()), true);
            double nats = 0;
            for (int row = 0; row < rows.rows(); row++) {
                nats -= Math.log(rows.probability(row, MODEL.order()));
            }
            assertThat(bits.get(document.getId()))
                    .as(document.getId())
                    .isCloseTo(nats / Math.log(2) / rows.rows(), within(1e-5));
        }
    }

    @Test
    void shouldSendWhatWasReadWithTheCommitAndWhatFitsBefore() throws Exception {
        TopologyFixture fixture = fixture();
        RevivedTask task = new RevivedTask(fixture.driver, broker);
        List<Document> documents = send(fixture, 150);
        task.process(Integer.MAX_VALUE);
        assertThat(task.visible(fixture.topics.name(Topic.NGRAM_REQUESTS))).isZero();
        task.commit();

        assertThat(requests(fixture)).containsExactly(64, 64, 22);
        work(task);
        assertThat(records(fixture, Topic.NGRAM_REPLIES)).hasSize(3);
        assertScored(documents, bits(fixture));
        assertThat(broker.store("pending-documents")).hasSizeLessThanOrEqualTo(1);
    }

    @Test
    void shouldReadAgainWhatWasCollectedWhereTheTransactionIsAborted() throws Exception {
        TopologyFixture fixture = fixture();
        RevivedTask task = new RevivedTask(fixture.driver, broker);
        List<Document> documents = send(fixture, 10);
        task.process(7);
        task.revive();
        task.process(Integer.MAX_VALUE);
        task.commit();

        assertThat(requests(fixture)).containsExactly(10);
        work(task);
        assertScored(documents, bits(fixture));
    }

    @Test
    void shouldSendSoonWithoutTransactionsThoughNothingIsCommitted() throws Exception {
        TopologyFixture fixture = fixture(new RecordTries(), StreamsConfig.AT_LEAST_ONCE);
        RevivedTask task = new RevivedTask(fixture.driver, broker);
        List<Document> documents = send(fixture, 10);
        task.process(Integer.MAX_VALUE);
        assertThat(task.visible(fixture.topics.name(Topic.NGRAM_REQUESTS))).isZero();
        task.pass(Duration.ofMillis(10));
        assertThat(task.visible(fixture.topics.name(Topic.NGRAM_REQUESTS))).isEqualTo(1);
        task.commit();

        assertThat(requests(fixture)).containsExactly(10);
        work(task);
        assertScored(documents, bits(fixture));
    }

    @Test
    @Timeout(60)
    void shouldLetAQueryInBetweenTheDocumentsOfARequest() throws Exception {
        List<CompletableFuture<Optional<Long>>> queries = new ArrayList<>();
        TopologyFixture[] asked = new TopologyFixture[1];
        RecordTries tries = new RecordTries(folder.resolve("tries"), at -> {
            if (at == Stage.COUNT && reached.incrementAndGet() == 3) {
                WriteBackStore store = (WriteBackStore) asked[0].driver.getStateStore(ShardCounts.STORE);
                queries.add(CompletableFuture.supplyAsync(
                        () -> asked[0].shards.ask(0, shard -> shard.rawCount(List.of("house"))),
                        query -> new Thread(query, "query").start()));
                long start = System.nanoTime();
                // Until it waits, and the turn of the documents has lasted long enough.
                while (!store.turns().isWaitedFor() || System.nanoTime() - start < 1_000_000) {
                    Thread.onSpinWait();
                }
            }
        });
        asked[0] = fixture(tries, StreamsConfig.EXACTLY_ONCE_V2);
        RevivedTask task = new RevivedTask(asked[0].driver, broker);
        List<Document> documents = send(asked[0], 60);
        task.process(Integer.MAX_VALUE);
        task.commit();
        work(task);

        assertThat(requests(asked[0])).containsExactly(60);
        assertThat(queries)
                .singleElement()
                .satisfies(query -> assertThat(query.join()).hasValue(3L));
        assertScored(documents, bits(asked[0]));
    }

    /** Fails with the fifth document that comes to {@code stage} after the counter was set to 0. */
    private RecordTries failing(Stage stage, AtomicInteger failures) {
        return new RecordTries(folder.resolve("tries"), at -> {
            if (at == stage && reached.incrementAndGet() == 5 && failures.getAndDecrement() > 0) {
                throw new IllegalStateException("no model for this text");
            }
        });
    }

    private void assertAllButTheFifthScored(TopologyFixture fixture, String learned) {
        assertThat(bits(fixture)).hasSize(9).doesNotContainKey("document-4");
        assertThat(records(fixture, Topic.DEAD_LETTERS)).singleElement().satisfies(letter -> {
            assertThat(header(letter, DeadLetters.OFFSET)).isEqualTo("4");
            assertThat(header(letter, DeadLetters.MESSAGE)).contains("no model for this text");
            assertThat(header(letter, DeadLetters.LEARNED)).isEqualTo(learned);
        });
    }

    private static String header(ConsumerRecord<byte[], byte[]> letter, String name) {
        return new String(letter.headers().lastHeader(name).value(), StandardCharsets.UTF_8);
    }

    @Test
    void shouldScoreTheOthersOfABatchWhereAShardCannotAnswerForOne() throws Exception {
        TopologyFixture fixture = fixture(failing(Stage.COUNT, new AtomicInteger(1)), StreamsConfig.EXACTLY_ONCE_V2);
        RevivedTask task = new RevivedTask(fixture.driver, broker);
        send(fixture, 10);
        work(task);

        assertThat(requests(fixture)).containsExactly(10);
        assertAllButTheFifthScored(fixture, "yes");
    }

    @Test
    void shouldPassOverOneDocumentOfABatchThatCannotBeLearnedAndScoreTheOthers() throws Exception {
        TopologyFixture fixture = fixture(failing(Stage.LEARN, new AtomicInteger(3)), StreamsConfig.EXACTLY_ONCE_V2);
        RevivedTask task = new RevivedTask(fixture.driver, broker);
        send(fixture, 10);
        task.process(Integer.MAX_VALUE);
        task.commit();
        for (int death = 0; death < RecordTries.MOST; death++) {
            reached.set(0);
            assertThatThrownBy(() -> task.process(Integer.MAX_VALUE))
                    .rootCause()
                    .hasMessage("no model for this text");
            task.revive();
        }
        work(task);

        assertThat(requests(fixture)).containsExactly(10);
        assertAllButTheFifthScored(fixture, "no");
    }
}
