package dev.driftline.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.driftline.input.DeadLetters;
import dev.driftline.mixture.DocumentScore;
import dev.driftline.mixture.DocumentScorer;
import dev.driftline.mixture.ScoreRequest;
import dev.driftline.pages.HeapPageStore;
import dev.driftline.pending.PendingDocuments;
import dev.driftline.pending.Ticket;
import dev.driftline.schemas.ExpertScore;
import dev.driftline.schemas.Retraction;
import dev.driftline.schemas.RetractionOutcome;
import dev.driftline.schemas.Score;
import dev.driftline.scoring.DocumentTokens;
import dev.driftline.scoring.Gather;
import dev.driftline.scoring.NgramProbabilities;
import dev.driftline.scoring.Scatter;
import dev.driftline.scoring.ShardScorer;
import dev.driftline.scoring.messages.GoneWords;
import dev.driftline.scoring.messages.ShardFailure;
import dev.driftline.scoring.messages.ShardMessageException;
import dev.driftline.scoring.messages.ShardRequest;
import dev.driftline.scoring.messages.ShardRetraction;
import dev.driftline.source.SourceLimits;
import dev.driftline.source.SourceModel;
import dev.driftline.source.SourceStore;
import dev.driftline.store.SimulatedStore;
import dev.driftline.text.Tokenizers;
import dev.driftline.topics.Layout;
import dev.driftline.topics.Topic;
import dev.driftline.topology.TopologySettings;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.apache.kafka.common.TopicPartition;

/**
 * What must be true of a history. It follows the commits: what each shard learns is learned by the plain library, too, in the
 * same order, and every score that comes out is compared with the library's.
 */
final class Oracle implements Simulation.Witness {

    /** Operators that work on a document before it is scored: a letter of one of them stands in place of the score. */
    private static final Set<String> BEFORE_THE_SCORE =
            Set.of("read-documents", "read-text", "scatter", "gather", "stranded");

    /** Operators that work on the observation of a document. */
    private static final Set<String> AFTER_THE_SCORE = Set.of("watch", "filter");

    private static final double EXACT = 1e-9;

    /** A document that was published; {@code times} it was. */
    static final class Doc {
        private final String id;
        private final String source;
        private final DocumentTokens tokens;
        private final boolean learn;
        private final String topic;
        private final int partition;
        private final long offset;
        private final SimulatedLog.Entry entry;
        private final byte[][] replies;
        private final boolean[] learned;
        /** Whether it is to be taken out: then it is learned by a shard that has taken it out. */
        private boolean isRetraction;

        /** When it was published, and how far the clock had gone on. */
        private final int moment;

        private final long passed;
        /** Whether it has been scored or refused. */
        private boolean isOut;

        Doc(
                String id,
                String source,
                DocumentTokens tokens,
                boolean learn,
                String topic,
                int partition,
                long offset,
                SimulatedLog.Entry entry,
                int shards,
                int moment,
                long passed) {
            this.moment = moment;
            this.passed = passed;
            this.id = id;
            this.source = source;
            this.tokens = tokens;
            this.learn = learn;
            this.topic = topic;
            this.partition = partition;
            this.offset = offset;
            this.entry = entry;
            replies = new byte[shards][];
            learned = new boolean[shards];
        }

        String id() {
            return id;
        }

        int partition() {
            return partition;
        }

        DocumentTokens tokens() {
            return tokens;
        }

        boolean isAnswered() {
            return Arrays.stream(replies).noneMatch(Objects::isNull);
        }

        boolean isRetraction() {
            return isRetraction;
        }

        /** Whether some shards have taken it out, and others have not. */
        boolean isTakenPartly() {
            for (boolean taken : learned) {
                if (taken != learned[0]) {
                    return true;
                }
            }
            return false;
        }

        /** Whether a shard has learned it; of a retraction, whether the shard has taken the document out. */
        boolean isLearnedBy(int shard) {
            return learned[shard];
        }

        @Override
        public String toString() {
            return id;
        }
    }

    private final Simulation simulation;
    private final TopologySettings settings;
    private final int shards;
    private final Scatter scatter;
    private final Gather gather;
    private final ShardRequest.Addresses addresses;
    private final DocumentScorer scorer;
    private final List<ShardScorer> replayed = new ArrayList<>();
    private final Map<Integer, SourceStore> sources = new TreeMap<>();

    private final List<Doc> documents = new ArrayList<>();
    /** By the record that it was published as, and by each internal record that is about it. */
    private final Map<SimulatedLog.Entry, Doc> about = new IdentityHashMap<>();
    /** The first position of each partition of a topic, by the topics of its name that there have been. */
    private final Map<TopicPartition, Long> bases = new HashMap<>();
    /** By partition and ticket, the name of a document until it is scored. */
    private final Map<Integer, Map<Long, Doc>> tickets = new HashMap<>();
    /** How often each id must come out, and has. */
    private final Map<String, Integer> expected = new LinkedHashMap<>();

    private final Map<String, Integer> come = new HashMap<>();
    private final SnapshotOracle snapshots;
    private int scores;
    private boolean isMadeAgain;
    /** Whether an observation was lost or given up. */
    private boolean isUnwatched;
    /** Whether the consumer group has forgotten how far it has read. */
    private boolean hasLostOffsets;
    /** Documents that were on their way to the one shard in a topic that was deleted. */
    private final Set<String> lostOnTheirWay = new HashSet<>();

    private final Census census;

    Oracle(Simulation simulation) {
        this.simulation = simulation;
        settings = simulation.blueprint.settings;
        shards = settings.shards();
        scatter = new Scatter(settings.model(), shards);
        snapshots = new SnapshotOracle(simulation);
        census = new Census(simulation);
        gather = new Gather(settings.model(), shards);
        addresses = new ShardRequest.Addresses(settings.model().fingerprint(shards));
        scorer = new DocumentScorer(settings.mixture());
        for (int shard = 0; shard < shards; shard++) {
            replayed.add(new ShardScorer(settings.model(), shard, shards, new HeapPageStore(), 1 << 20));
        }
    }

    /** The consumer group forgets how far it has read. */
    void losesOffsets() {
        hasLostOffsets = true;
    }

    /** An operator makes a snapshot active; says which, where there is one. */
    Optional<String> point(int which) {
        return snapshots.point(which);
    }

    /** An event is over. */
    void happened() {
        snapshots.happened();
        for (SimulatedInstance instance : simulation.instances()) {
            instance.checkHeap();
        }
    }

    // What is published

    Doc publish(int number, String id, String source, List<List<String>> sentences, boolean learn) {
        String topic = simulation.topics.name(Topic.DOCUMENTS);
        int partition = number % simulation.log.partitions(topic);
        long offset = simulation.publish(partition, id, source, sentences, learn);
        return add(id, source, DocumentTokens.of(sentences), learn, topic, partition, offset);
    }

    Doc publishText(int number, String id, String source, String text) {
        String topic = simulation.topics.name(Topic.TEXT);
        int partition = number % simulation.log.partitions(topic);
        long offset = simulation.publishText(partition, id, source, text);
        DocumentTokens tokens =
                DocumentTokens.of(Tokenizers.named(settings.tokenizer()).sentences(text, ""));
        return add(id, source, tokens, true, topic, partition, offset);
    }

    private Doc add(
            String id, String source, DocumentTokens tokens, boolean learn, String topic, int partition, long offset) {
        SimulatedLog.Entry entry =
                simulation.log.of(new TopicPartition(topic, partition)).get((int) offset);
        Doc document = new Doc(
                id,
                source,
                tokens,
                learn,
                topic,
                partition,
                offset,
                entry,
                shards,
                simulation.moment,
                simulation.passed);
        documents.add(document);
        about.put(entry, document);
        long position = bases.getOrDefault(new TopicPartition(topic, partition), 0L) + offset;
        tickets.computeIfAbsent(partition, added -> new HashMap<>())
                .put(Ticket.of(position, topic.equals(simulation.topics.name(Topic.TEXT))), document);
        expected.merge(id, 1, Integer::sum);
        return document;
    }

    /** Publishes the bytes of a document once more, which makes another document of them. */
    Optional<Doc> again(int number) {
        if (documents.isEmpty()) {
            return Optional.empty();
        }
        Doc document = documents.get(number % documents.size());
        long offset = simulation.publish(document.topic, document.partition, document.entry.value());
        Doc again = add(
                document.id,
                document.source,
                document.tokens,
                document.learn,
                document.topic,
                document.partition,
                offset);
        again.isRetraction = document.isRetraction;
        return Optional.of(again);
    }

    /** Publishes a document once more, to be taken out. */
    Optional<Doc> retract(int number, boolean withOffset) {
        List<Doc> known =
                documents.stream().filter(document -> !document.isRetraction).toList();
        if (known.isEmpty()) {
            return Optional.empty();
        }
        Doc target = known.get(number % known.size());
        Long retractOffset = withOffset ? target.offset : null;
        long offset = simulation.publishRetraction(target.topic, target.partition, target.entry, retractOffset);
        Doc document = add(target.id, target.source, target.tokens, false, target.topic, target.partition, offset);
        document.isRetraction = true;
        return Optional.of(document);
    }

    /** Publishes what is no document; returns the partition. */
    int unreadable(int number, int bytes) {
        return junk(Topic.DOCUMENTS, number, bytes);
    }

    /** Publishes bytes to a topic; returns the partition. */
    int junk(Topic topic, int number, int bytes) {
        String name = simulation.topics.name(topic);
        int partition = number % simulation.log.partitions(name);
        byte[] value = ("junk " + documents.size() + " " + bytes).getBytes(StandardCharsets.UTF_8);
        long offset = simulation.publish(name, partition, value);
        expected.merge(name + " " + partition + " " + offset + " " + text(value), 1, Integer::sum);
        return partition;
    }

    // What is committed

    @Override
    public void forwarded(SimulatedTask task, Optional<SimulatedTask.At> at, SimulatedTask.Output output) {
        at.map(record -> about.get(record.entry())).ifPresent(document -> about.put(output.entry(), document));
    }

    @Override
    public void committed(SimulatedTask task, List<SimulatedTask.At> counted, List<SimulatedTask.Output> visible) {
        for (SimulatedTask.At record : counted) {
            // A request may be about several documents; the replies say about which.
            Doc document = about.get(record.entry());
            boolean failed = simulation.notCounted.contains(record.entry());
            if (!isOf(Topic.NGRAM_REQUESTS, record.partition())
                    && !(failed && document != null && document.isRetraction)) {
                counted(task.id.partition(), document);
            }
        }
        tell(
                task,
                visible.stream()
                        .filter(output -> isOf(Topic.NGRAM_REPLIES, output.partition()))
                        .toList());
        census.check();
        sent(Optional.of(task.instance), visible);
    }

    /** Replies come in the order of requests, and what a shard is told by others comes between them. */
    private void tell(SimulatedTask task, List<SimulatedTask.Output> replies) {
        Map<List<Long>, Queue<byte[]>> byDocument = new LinkedHashMap<>();
        for (SimulatedTask.Output output : replies) {
            long partition = output.partition().partition();
            for (byte[] reply : gather.split(output.entry().value())) {
                byDocument
                        .computeIfAbsent(
                                List.of(partition, gather.address(reply).ticket()), added -> new ArrayDeque<>())
                        .add(reply);
            }
        }
        for (SimulatedTask.At request : task.lastRequests()) {
            byte[] message = request.entry().value();
            if (GoneWords.is(message)) {
                if (simulation.exactlyOnce) {
                    replayed.get(task.id.partition()).hear(message);
                }
                continue;
            }
            for (long ticket : tickets(message)) {
                int partition = addresses.partition();
                Queue<byte[]> of = byDocument.get(List.of((long) partition, ticket));
                if (of != null && !of.isEmpty()) {
                    replied(partition, of.remove());
                }
            }
        }
        assertThat(byDocument.values()).as("replies to no request").allMatch(Queue::isEmpty);
    }

    /** Of the documents of a request; none where the bytes are none. */
    private long[] tickets(byte[] message) {
        try {
            int documents = addresses.read(message);
            return IntStream.range(0, documents).mapToLong(addresses::ticket).toArray();
        } catch (ShardMessageException e) {
            return new long[0];
        }
    }

    @Override
    public void sent(List<SimulatedTask.Output> visible) {
        sent(Optional.empty(), visible);
    }

    private void sent(Optional<SimulatedInstance> by, List<SimulatedTask.Output> visible) {
        snapshots.sent(visible);
        for (SimulatedTask.Output output : visible) {
            if (isOf(Topic.SCORES, output.partition())) {
                scored(
                        by,
                        simulation.blueprint.read(
                                Score.class, output.partition().topic(), output.entry()));
            } else if (isOf(Topic.RETRACTIONS, output.partition())) {
                answered(simulation.blueprint.read(
                        Retraction.class, output.partition().topic(), output.entry()));
            } else if (isOf(Topic.DEAD_LETTERS, output.partition())) {
                refused(output.entry());
            }
        }
    }

    @Override
    public void deleted(TopicPartition partition, long offset) {
        isMadeAgain = true;
        isUnwatched |= isOf(Topic.OBSERVATIONS, partition);
        // Positions go on where those of the topic before ended.
        bases.merge(partition, offset, Long::sum);
        List<SimulatedLog.Entry> entries = simulation.log.of(partition);
        for (int i = (int) offset; i < entries.size(); i++) {
            String value = text(entries.get(i).value());
            Doc document = about.get(entries.get(i));
            if (document != null && document.topic.equals(partition.topic())) {
                // Nobody has read it: what comes at its offset is about the record that takes its place.
                document.isOut = true;
            }
            String key = value.startsWith("junk ")
                    ? partition.topic() + " " + partition.partition() + " " + i + " " + value
                    : document != null
                                    && (document.topic.equals(partition.topic())
                                            || isOf(Topic.NGRAM_DOCUMENTS, partition))
                            ? document.id
                            : "";
            if (isOf(Topic.NGRAM_DOCUMENTS, partition)) {
                lostOnTheirWay.add(key);
            }
            expected.computeIfPresent(key, (known, times) -> times - 1);
        }
    }

    private boolean isOf(Topic topic, TopicPartition partition) {
        return partition.topic().equals(simulation.topics.name(topic));
    }

    private void replied(int partition, byte[] reply) {
        Gather.Address from = gather.address(reply);
        Doc document = tickets.get(partition).get(from.ticket());
        if (document != null && document.isRetraction) {
            replied(from.shard(), document, reply);
            return;
        }
        boolean learned = gather.failures(List.of(reply)).stream().allMatch(ShardFailure::learned);
        if (learned) {
            counted(from.shard(), document);
        }
    }

    /** A shard has replied to a retraction: to a check, which changes nothing, to the taking out, or to the putting back. */
    private void replied(int shard, Doc retraction, byte[] reply) {
        if (!simulation.exactlyOnce) {
            return;
        }
        boolean isTaking = ShardRetraction.is(reply) && ShardRetraction.hasTaken(reply);
        boolean isPuttingBack = !ShardRetraction.is(reply)
                && retraction.learned[shard]
                && gather.failures(List.of(reply)).stream().allMatch(ShardFailure::learned);
        if (isTaking) {
            assertThat(take(shard, retraction))
                    .as("a serial replay has %s, too", retraction)
                    .isTrue();
        } else if (isPuttingBack) {
            replayed.get(shard).answer(scatter.requests(0, 0, retraction.tokens, true, 0, List.of())[shard]);
            retraction.learned[shard] = false;
            census.retracted(shard, retraction, false);
        }
    }

    /** Takes a document out of the replay; says whether it was there. */
    private boolean take(int shard, Doc retraction) {
        assertThat(retraction.learned[shard])
                .as("%s is taken out again", retraction)
                .isFalse();
        byte[] reply = replayed.get(shard).answer(scatter.retraction(0, 0, retraction.tokens, true)[shard]);
        // A shard that forgets takes what is left of the document. One that is alone says so where that is nothing.
        boolean taken = ShardRetraction.hasTaken(reply)
                && (shards > 1 || gather.retracted(List.of(reply)).everywhere());
        if (taken) {
            retraction.learned[shard] = true;
            census.retracted(shard, retraction, true);
        }
        return taken;
    }

    private void answered(Retraction answer) {
        comes(answer.getId());
        Doc retraction = documents.stream()
                .filter(document -> document.isRetraction && document.id.equals(answer.getId()))
                .filter(document -> !document.isOut || !simulation.exactlyOnce)
                .filter(document -> document.topic.equals(answer.getInputTopic())
                        && document.partition == answer.getInputPartition()
                        && document.offset == answer.getInputOffset())
                .findFirst()
                .orElseThrow(() -> new AssertionError("an answer to what is no retraction: " + answer));
        retraction.isOut = true;
        if (!simulation.exactlyOnce) {
            return;
        }
        boolean isOut = answer.getOutcome()
                == (settings.model().forgetting().isOn() ? RetractionOutcome.APPROXIMATE : RetractionOutcome.RETRACTED);
        for (int shard = 0; shard < shards; shard++) {
            assertThat(retraction.learned[shard])
                    .as("shard %d has taken %s out, of which is said: %s", shard, retraction, answer)
                    .isEqualTo(isOut);
        }
        if (isOut) {
            source(retraction).retract(retraction.tokens);
        }
    }

    private SourceModel source(Doc document) {
        return sources.computeIfAbsent(
                        settings.layout() == Layout.SHARDS ? document.partition : 0,
                        added -> new SourceStore(new HeapPageStore(), settings.mixture(), SourceLimits.NONE))
                .get(document.source, 0);
    }

    private void counted(int shard, Doc document) {
        if (!simulation.exactlyOnce) {
            // Of a topic that was made again a store may be ahead of the committed offsets, by which tickets are told
            // here.
            if (document != null && !document.isRetraction) {
                document.learned[shard] = true;
            }
            return;
        }
        assertThat(document).as("what shard %d learns is a document", shard).isNotNull();
        if (document.isRetraction) {
            take(shard, document);
            return;
        }
        assertThat(document.replies[shard])
                .as("shard %d learns %s again", shard, document)
                .isNull();
        byte[] request = scatter.requests(0, 0, document.tokens, document.learn, 0, List.of())[shard];
        document.replies[shard] = replayed.get(shard).answer(request);
        document.learned[shard] = true;
        if (document.learn) {
            census.learned(shard, document);
        }
    }

    private void scored(Optional<SimulatedInstance> by, Score score) {
        scores++;
        comes(score.getId());
        if (!simulation.exactlyOnce) {
            return;
        }
        // A topic that was made again has offsets for the second time, and an id may come twice.
        List<Doc> unscored = documents.stream()
                .filter(document -> document.id.equals(score.getId()) && !document.isOut && !document.isRetraction)
                .filter(Doc::isAnswered)
                .toList();
        Doc document = unscored.stream()
                .filter(other -> other.topic.equals(score.getInputTopic())
                        && other.partition == score.getInputPartition()
                        && other.offset == score.getInputOffset())
                .findFirst()
                .or(() -> unscored.stream().findFirst())
                .orElseThrow(() -> new AssertionError("a score of what not every shard has answered for: " + score));
        compare(document, score);
        by.ifPresent(instance ->
                snapshots.checkStatus(score, instance, document.moment, simulation.passed - document.passed));
    }

    private void compare(Doc document, Score score) {
        document.isOut = true;
        NgramProbabilities ngrams =
                gather.gather(document.tokens, List.of(document.replies)).positions();
        DocumentScore exact = scorer.score(ScoreRequest.of(document.tokens, ngrams, source(document))
                .withNetwork(snapshots.expert(document.tokens, score))
                .withLearning(document.learn));
        for (ExpertScore expert : score.getExperts()) {
            near(
                    document,
                    expert.getName(),
                    expert.getBits(),
                    exact.bits()[exact.models().indexOf(expert.getName())]);
        }
        near(document, "mixture", score.getMixtureBits(), exact.bits()[exact.bits().length - 1]);
        near(document, "spelling", score.getSpellingBits(), exact.spellingBits());
        assertThat(score.getUnknownTokens())
                .as("unknown tokens of %s", document)
                .isEqualTo(exact.unknown());
        assertThat(score.getLearned())
                .as("%s says whether it is learned", document)
                .isEqualTo(document.learn);
    }

    private static void near(Doc document, String what, double is, double mustBe) {
        if (is != mustBe && Math.abs(is - mustBe) > EXACT * Math.max(1, Math.abs(mustBe))) {
            throw new AssertionError("the bits of " + document + " under " + what + " are " + is
                    + ", and a serial replay has " + mustBe);
        }
    }

    private void refused(SimulatedLog.Entry letter) {
        String operator = header(letter, DeadLetters.OPERATOR);
        String value = text(letter.value());
        if (value.startsWith("junk ")) {
            comes(header(letter, DeadLetters.TOPIC) + " " + header(letter, DeadLetters.PARTITION) + " "
                    + header(letter, DeadLetters.OFFSET) + " " + value);
        } else if (AFTER_THE_SCORE.contains(operator)) {
            isUnwatched = true;
        } else if (BEFORE_THE_SCORE.contains(operator)) {
            String id = text(letter.key());
            comes(id);
            String offset = header(letter, DeadLetters.OFFSET);
            List<Doc> named = documents.stream()
                    .filter(document -> document.id.equals(id) && !document.isOut)
                    .filter(document -> document.topic.equals(header(letter, DeadLetters.TOPIC))
                            && Long.toString(document.offset).equals(offset))
                    .toList();
            if (!named.isEmpty()) {
                // Scatter is at the topic that there is; one that was in its place before may still be on its way.
                named.get(operator.equals("scatter") ? named.size() - 1 : 0).isOut = true;
            }
        }
    }

    private void comes(String id) {
        int times = come.merge(id, 1, Integer::sum);
        if (isOnce(id) && times > expected.getOrDefault(id, 0)) {
            throw new AssertionError(id + " has come out " + times + " times, and was published "
                    + expected.getOrDefault(id, 0) + " times");
        }
    }

    /** Where committed offsets are lost, a reader without a store refuses bytes again, and sends again what was lost behind it. */
    private boolean isOnce(String id) {
        return simulation.exactlyOnce && !(hasLostOffsets && (id.contains(" junk ") || lostOnTheirWay.contains(id)));
    }

    private static String header(SimulatedLog.Entry entry, String name) {
        return text(entry.headers().lastHeader(name).value());
    }

    private static String text(byte[] bytes) {
        return bytes == null ? "" : new String(bytes, StandardCharsets.UTF_8);
    }

    // What is true at the end

    /** All that waited has been processed and committed. */
    void finish() {
        snapshots.finish();
        expected.forEach((id, times) -> {
            int outcomes = come.getOrDefault(id, 0);
            if (isOnce(id) ? outcomes != times : outcomes < times) {
                throw new AssertionError(
                        id + " has come out " + outcomes + " times, and was published " + times + " times");
            }
        });
        if (simulation.mixesChangelogs) {
            return;
        }
        simulation
                .changelogs(PendingDocuments.STORE)
                .forEach((partition, changelog) -> assertThat(
                                changelog.contents().keySet().stream().filter(key -> !SimulatedStore.isHeader(key)))
                        .as("documents of partition %d that wait", partition)
                        .isEmpty());
        if (simulation.exactlyOnce) {
            assertThat(simulation.log.of(simulation.topics.name(Topic.PREDICTIONS)))
                    .as("predictions")
                    .hasSize(scores);
        }
        if (!simulation.exactlyOnce && isMadeAgain) {
            // Without transactions a store may be ahead of the committed offsets, by which positions are told here.
            return;
        }
        if (simulation.exactlyOnce && !isUnwatched && !simulation.blueprint.routed.isEmpty()) {
            new WatchReplay(simulation).check();
        }
        census.finish(documents.stream()
                .filter(document -> document.learn || document.isRetraction)
                .toList());
    }

    /** All instances have stopped. */
    void closed() {
        for (SimulatedInstance instance : simulation.instances()) {
            assertThat(instance.remains()).as("what is left after the stop").isEmpty();
        }
    }
}
