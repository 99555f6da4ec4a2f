package dev.driftline.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import dev.driftline.pages.HeapPageStore;
import dev.driftline.pending.DocumentMessage;
import dev.driftline.schemas.Document;
import dev.driftline.schemas.Prediction;
import dev.driftline.schemas.Retraction;
import dev.driftline.schemas.RetractionOutcome;
import dev.driftline.schemas.Score;
import dev.driftline.scoring.DocumentTokens;
import dev.driftline.scoring.LocalModel;
import dev.driftline.scoring.ModelSettings;
import dev.driftline.scoring.NgramProbabilities;
import dev.driftline.shards.ShardCounts;
import dev.driftline.testing.Application;
import dev.driftline.testing.ChangelogCounts;
import dev.driftline.testing.ChildInstance;
import dev.driftline.testing.Cluster;
import dev.driftline.testing.NgramCensus;
import dev.driftline.testing.RecordedTopic;
import dev.driftline.testing.SmallDocuments;
import dev.driftline.topics.Topic;
import dev.driftline.verify.Verification;
import dev.driftline.verify.VerificationReport;
import dev.driftline.verify.VerifyOptions;
import dev.driftline.verify.log.VerifyProgress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Under exactly-once a crash changes no count, loses no document and repeats no score; at least once, it loses nothing. */
@Execution(ExecutionMode.CONCURRENT)
@Order(1)
class KilledInstancesIT {

    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final int ORDER = 4;
    private static final int WAVE = 1_000;

    /** Makes a restore last long enough to be killed in the middle of it. */
    private static final Map<String, String> SLOW_RESTORE = Map.of("streams.restore.consumer.max.poll.records", "1");

    @Test
    void shouldCountAndScoreExactlyOnceWhenInstancesAreKilledAtAnyMoment(Cluster cluster) {
        try (Application application = cluster.application(
                "killed",
                Map.of(
                        "shards", "4",
                        "partitions", "4",
                        "model.order", Integer.toString(ORDER),
                        "stream.threads", "2",
                        "commit.interval.ms", "100"))) {
            RecordedTopic<Score> scores = application.scores();
            Work work = new Work(application, scores);
            ChildInstance one = application.spawn("one");
            ChildInstance two = application.spawn("two");

            // 1. In the middle of the stream, soon after the first commits.
            work.publish(2 * WAVE);
            work.awaitMore(1);
            work.killInTheMiddle(one);
            one = application.spawn("one");

            // 2. The other one, while the first is coming back or has just come back.
            work.publish(WAVE);
            work.awaitMore(WAVE / 10);
            work.killInTheMiddle(two);
            two = application.spawn("two");

            // 3. and 4. Both at once: nobody is left to take over.
            work.publish(WAVE);
            work.awaitMore(WAVE / 10);
            work.killInTheMiddle(one, two);

            // 5. In the middle of a restore of the counts.
            one = application.spawn("one", SLOW_RESTORE);
            one.awaitLog("Restoring " + ShardCounts.STORE);
            one.kill();
            assertThat(restoresUnderWay(one.log()))
                    .as("restores that the kill broke off")
                    .isPositive();

            // 6. Again, while a new wave waits.
            work.publish(WAVE);
            one = application.spawn("one", SLOW_RESTORE);
            one.awaitLog("Restoring " + ShardCounts.STORE);
            two = application.spawn("two");
            one.kill();

            // 7. One that takes over alone, and is killed in the middle of that.
            work.awaitMore(1);
            work.killInTheMiddle(two);
            one = application.spawn("one");
            two = application.spawn("two");

            work.publish(WAVE);
            List<Document> published = work.published;
            scores.awaitSize(published.size(), PATIENCE);

            // 8. In the middle of retractions.
            List<Document> out = IntStream.range(0, published.size())
                    .filter(i -> i % 10 == 3)
                    .mapToObj(published::get)
                    .toList();
            Map<String, Score> scored =
                    scores.values().stream().collect(Collectors.toMap(Score::getId, Function.identity()));
            RecordedTopic<Retraction> answers = application.recorded(Topic.RETRACTIONS, Retraction.class);
            application.publish(out.stream()
                    .map(document -> Document.newBuilder(document)
                            .setLearn(false)
                            .setRetract(true)
                            .setRetractOffset(scored.get(document.getId()).getInputOffset())
                            .build())
                    .toList());
            answers.awaitSize(1, PATIENCE);
            one.kill();
            answers.awaitSize(out.size(), PATIENCE);
            two.close();

            assertThat(answers.values())
                    .allSatisfy(answer -> assertThat(answer.getOutcome()).isEqualTo(RetractionOutcome.RETRACTED))
                    .extracting(Retraction::getId)
                    .as("every retraction is answered exactly once")
                    .containsExactlyInAnyOrderElementsOf(
                            out.stream().map(Document::getId).toList());
            assertThat(scores.values())
                    .extracting(Score::getId)
                    .as("every document is scored exactly once")
                    .containsExactlyInAnyOrderElementsOf(
                            published.stream().map(Document::getId).toList());
            assertThat(application.predictions().values())
                    .extracting(Prediction::getId)
                    .as("every document is predicted exactly once")
                    .containsExactlyInAnyOrderElementsOf(
                            published.stream().map(Document::getId).toList());
            assertThat(application.deadLetters().records()).isEmpty();
            List<Document> left = new ArrayList<>(published);
            left.removeAll(out);
            application.changelogCounts().assertEqual(census(left));
            VerificationReport report =
                    Verification.run(application.config(), VerifyOptions.everything(), VerifyProgress.NONE);
            assertThat(report.differences()).isEmpty();
        }
    }

    /** With one shard and one partition the order is fixed, so that every number can be compared. */
    @Test
    void shouldGiveTheVerySameScoresAsAnInstanceThatWasNeverKilled(Cluster cluster) {
        Map<String, String> settings = Map.of(
                "shards", "1",
                "partitions", "1",
                "model.order", Integer.toString(ORDER),
                "scores.surprisals", "true",
                "stream.threads", "2",
                "commit.interval.ms", "100");
        List<Document> documents = new SmallDocuments(2).next(12 * WAVE);
        List<Score> undisturbed;
        try (Application application = cluster.application("undisturbed", settings)) {
            application.publish(documents);
            application.start("one");
            undisturbed =
                    application.scores().awaitSize(documents.size(), PATIENCE).values();
        }
        try (Application application = cluster.application("disturbed", settings)) {
            RecordedTopic<Score> scores = application.scores();
            application.publish(documents);
            for (int kills = 0; kills < 4; kills++) {
                ChildInstance instance = application.spawn("one");
                scores.awaitSize(scores.size() + 1, PATIENCE);
                instance.kill();
                assertUnderWay(scores, documents);
            }
            application.start("one");
            scores.awaitSize(documents.size(), PATIENCE);
            List<Score> disturbed = scores.values();

            assertThat(disturbed).hasSameSizeAs(undisturbed);
            for (int i = 0; i < disturbed.size(); i++) {
                assertThat(comparable(disturbed.get(i))).isEqualTo(comparable(undisturbed.get(i)));
            }
        }
    }

    /**
     * Behind readers of several partitions the order in which the shard takes documents in is that of its topic: a replay in that
     * order gives every score, whoever was killed meanwhile.
     */
    @Test
    void shouldScoreAsASerialReplayWhereReadersAndTheShardAreKilled(Cluster cluster) {
        try (Application application = cluster.application(
                "readers",
                Map.of(
                        "shards", "1",
                        "partitions", "3",
                        "model.order", Integer.toString(ORDER),
                        "stream.threads", "1",
                        "commit.interval.ms", "100"))) {
            List<Document> documents = new SmallDocuments(3).next(6 * WAVE);
            RecordedTopic<Score> scores = application.scores();
            application.publish(documents);
            ChildInstance one = application.spawn("one");
            for (String name : List.of("two", "one")) {
                ChildInstance two = application.spawn(name);
                scores.awaitSize(scores.size() + 1, PATIENCE);
                one.kill();
                assertUnderWay(scores, documents);
                one = two;
            }
            scores.awaitSize(documents.size(), PATIENCE);
            one.close();

            assertThat(scores.values())
                    .extracting(Score::getId)
                    .as("every document is scored exactly once")
                    .containsExactlyInAnyOrderElementsOf(
                            documents.stream().map(Document::getId).toList());
            application.changelogCounts().assertEqual(census(documents));
            assertEqualToReplay(scores.values(), documents, application.shardDocuments());
        }
    }

    /** Without transactions a document may be scored and learned twice; none is lost, and every start finds a state that it can read. */
    @Test
    void shouldLoseNothingAtLeastOnceWhenTheInstanceIsKilled(Cluster cluster) {
        try (Application application = cluster.application(
                "at-least-once",
                Map.of(
                        "shards", "1",
                        "partitions", "1",
                        "model.order", Integer.toString(ORDER),
                        "processing.guarantee", "at_least_once",
                        "stream.threads", "1",
                        "commit.interval.ms", "100"))) {
            List<Document> documents = new SmallDocuments(4).next(6 * WAVE);
            Set<String> ids = documents.stream().map(Document::getId).collect(Collectors.toSet());
            RecordedTopic<Score> scores = application.scores();
            application.publish(documents);
            for (int kills = 0; kills < 3; kills++) {
                ChildInstance instance = application.spawn("one");
                scores.awaitSize(scores.size() + 1, PATIENCE);
                instance.kill();
                assertThat(scored(scores)).as("documents scored at the kill").hasSizeLessThan(ids.size());
            }
            ChildInstance last = application.spawn("one");
            await("a score of every document").atMost(PATIENCE).until(() -> scored(scores), ids::equals);
            // Scores are there before the counts are: those come with the last commit.
            last.terminate(PATIENCE);

            ChangelogCounts counts = application.changelogCounts();
            census(documents)
                    .forEach((ngram, occurs) -> assertThat(counts.rawCount(ngram))
                            .as("count of %s", ngram)
                            .isGreaterThanOrEqualTo(occurs));
            assertThat(application.deadLetters().records()).isEmpty();
        }
    }

    private static Set<String> scored(RecordedTopic<Score> scores) {
        return scores.values().stream().map(Score::getId).collect(Collectors.toSet());
    }

    private static void assertEqualToReplay(List<Score> scores, List<Document> documents, RecordedTopic<byte[]> order) {
        Map<String, Document> byId = documents.stream().collect(Collectors.toMap(Document::getId, Function.identity()));
        Map<List<Object>, Score> byOrigin = scores.stream()
                .collect(Collectors.toMap(
                        score -> List.of(score.getInputPartition(), score.getInputOffset()), Function.identity()));
        LocalModel replay = new LocalModel(ModelSettings.ofOrder(ORDER), 1, shard -> new HeapPageStore(), 1L << 28);
        Set<List<Object>> seen = new HashSet<>();
        for (ConsumerRecord<byte[], byte[]> message : order.records()) {
            List<Object> origin =
                    List.of(DocumentMessage.partitionOf(message.value()), DocumentMessage.offsetOf(message.value()));
            assertThat(seen.add(origin)).as("the first message of %s", origin).isTrue();
            Score score = byOrigin.get(origin);
            NgramProbabilities positions =
                    replay.score(DocumentTokens.of(byId.get(score.getId()).getSentences()), true);
            double bits = 0;
            for (int row = 0; row < positions.rows(); row++) {
                bits -= Math.log(positions.probability(row, ORDER)) / Math.log(2);
            }
            assertThat(score.getNgramBitsPerToken() * score.getTokens())
                    .as("bits of %s", score.getId())
                    .isCloseTo(bits, within(1e-6));
        }
        assertThat(seen).hasSameSizeAs(documents);
    }

    /** What instances have to do, and how much of it is done. */
    private static final class Work {

        final List<Document> published = new ArrayList<>();
        private final SmallDocuments stream = new SmallDocuments(1);
        private final Application application;
        private final RecordedTopic<Score> scores;

        Work(Application application, RecordedTopic<Score> scores) {
            this.application = application;
            this.scores = scores;
        }

        void publish(int count) {
            List<Document> wave = stream.next(count);
            application.publish(wave);
            published.addAll(wave);
        }

        /** Waits until so many more are scored, or all. */
        void awaitMore(int count) {
            scores.awaitSize(Math.min(scores.size() + count, published.size()), PATIENCE);
        }

        /** Kills instances that have work left: those that were done before they could be stopped get more to do. */
        void killInTheMiddle(ChildInstance... instances) {
            Stream.of(instances).forEach(ChildInstance::freeze);
            while (scores.records().size() == published.size()) {
                Stream.of(instances).forEach(ChildInstance::thaw);
                publish(WAVE);
                awaitMore(1);
                Stream.of(instances).forEach(ChildInstance::freeze);
            }
            Stream.of(instances).forEach(ChildInstance::kill);
        }
    }

    /** Fails unless the kill came in the middle of work. */
    private static void assertUnderWay(RecordedTopic<Score> scores, List<Document> published) {
        assertThat(scores.records().size()).as("documents scored at the kill").isLessThan(published.size());
    }

    /** A score without what names the run. */
    private static Score comparable(Score score) {
        return Score.newBuilder(score)
                .setScoredAt(score.getPublishedAt())
                .setInputTopic("documents")
                .build();
    }

    private static NgramCensus census(List<Document> documents) {
        NgramCensus census = new NgramCensus(ORDER);
        documents.forEach(document -> census.add(document.getSentences()));
        return census;
    }

    private static long restoresUnderWay(String log) {
        return matches(log, "Restoring (\\S+ partition \\d+): \\d+ records")
                        .distinct()
                        .count()
                - matches(log, "Restored (\\S+ partition \\d+): ").distinct().count();
    }

    private static Stream<String> matches(String log, String pattern) {
        return Pattern.compile(pattern).matcher(log).results().map(result -> result.group(1));
    }
}
