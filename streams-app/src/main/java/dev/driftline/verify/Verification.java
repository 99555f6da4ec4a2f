package dev.driftline.verify;

import dev.driftline.config.DriftlineConfig;
import dev.driftline.config.keys.ModelKeys;
import dev.driftline.config.keys.ProcessingGuarantee;
import dev.driftline.config.keys.ServiceKeys;
import dev.driftline.heap.HeapBudget;
import dev.driftline.heap.HeapUse;
import dev.driftline.identity.ModelHistory;
import dev.driftline.identity.ModelIdentity;
import dev.driftline.identity.PrefixOwner;
import dev.driftline.ngram.NgramCounts;
import dev.driftline.pending.PendingDocument;
import dev.driftline.pending.PendingDocuments;
import dev.driftline.pending.Ticket;
import dev.driftline.schemas.RegistryUnavailableException;
import dev.driftline.schemas.SchemaRegistrySerdes;
import dev.driftline.scoring.Gather;
import dev.driftline.scoring.messages.ShardFailure;
import dev.driftline.scoring.messages.ShardMessageException;
import dev.driftline.scoring.messages.ShardRequest;
import dev.driftline.shards.ShardCounts;
import dev.driftline.store.RocksDbPages;
import dev.driftline.store.StoreHeader;
import dev.driftline.store.WriteBackJournal;
import dev.driftline.topics.Layout;
import dev.driftline.topics.Topic;
import dev.driftline.topics.TopicAdmin;
import dev.driftline.topics.TopicNames;
import dev.driftline.topology.TopologySettings;
import dev.driftline.verify.log.CommittedLog;
import dev.driftline.verify.log.StoredState;
import dev.driftline.verify.log.TopicEnds;
import dev.driftline.verify.log.UnverifiableException;
import dev.driftline.verify.log.VerifyProgress;
import dev.driftline.verify.order.InputOrder;
import dev.driftline.verify.order.LearnedOrder;
import dev.driftline.verify.order.Place;
import dev.driftline.verify.order.ReplyOrder;
import dev.driftline.verify.order.ScoredOrder;
import dev.driftline.verify.order.TopicOrder;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * Verifies a deployment, which may run meanwhile: copies the states out of their changelogs as of a commit each, learns what
 * those contain again out of the input topics, each shard in the order in which it learned, and compares counts, scores and
 * predictions.
 *
 * <p>The end is fixed in this order: the counts, then the documents under way, then everything else. So whatever a shard has
 * counted was read from the inputs by then, and whatever was scored by then can be read.
 *
 * <p>Heap and native memory are bounded; what does not fit goes to a temporary folder. One thread, once.
 */
public final class Verification {

    /** Native memory of the stores of all shards, and of one of them at most. */
    private static final long SHARDS_BYTES = 256L << 20;

    private static final long STORE_BYTES = 32L << 20;
    private static final long SMALL_STORE_BYTES = 8L << 20;
    private static final long LEAST_CACHE_BYTES = 16L << 20;

    private final DriftlineConfig config;
    private final VerifyOptions options;
    private final VerifyProgress progress;
    private final TopologySettings settings;
    private final TopicNames names;
    private final ModelIdentity identity;
    private final Differences differences = new Differences();
    private final List<String> notes = new ArrayList<>();
    private final int inputs;
    private final Instant scoresSince;

    /** The offset after the last record that was taken in, of each partition of the inputs. */
    private final Map<TopicPartition, Long> inputEnds = new HashMap<>();

    private final TopicEnds topics;
    private final TemporaryStores stores;

    private Verification(
            DriftlineConfig config,
            VerifyOptions options,
            VerifyProgress progress,
            TopicEnds topics,
            TemporaryStores stores) {
        this.config = config;
        this.options = options;
        this.progress = progress;
        this.topics = topics;
        this.stores = stores;
        try (TopicAdmin admin = new TopicAdmin(config)) {
            settings = TopologySettings.of(config, admin.layout());
        }
        names = settings.topics();
        identity = ModelIdentity.of(config, settings.model());
        if (options.shard().isPresent() && options.shard().getAsInt() >= settings.shards()) {
            throw new IllegalArgumentException("shard " + options.shard().getAsInt() + " is not one of "
                    + settings.shards() + ", which are numbered from 0");
        }
        PrefixOwner owner = new PrefixOwner(config);
        requireBackground(owner, identity);
        ModelHistory history = owner.history();
        requireForgetting(history, config);
        scoresSince = history.scoresSince().orElse(Instant.EPOCH);
        inputs = requireTopics(owner);
    }

    /**
     * Verifies the deployment that {@code config} is the configuration of.
     *
     * @param progress is told how far it is, and may end it
     * @throws UnverifiableException if it can neither be proved right nor wrong, with why and what to do
     * @throws CancellationException if {@code progress} ended it
     * @throws org.apache.kafka.common.KafkaException if the brokers do not answer, or refuse
     */
    public static VerificationReport run(DriftlineConfig config, VerifyOptions options, VerifyProgress progress) {
        try (TopicEnds topics = new TopicEnds(config);
                TemporaryStores stores = new TemporaryStores(options.temporary())) {
            return new Verification(config, options, progress, topics, stores).run();
        } catch (RegistryUnavailableException e) {
            throw new UnverifiableException(
                    "the schema registry does not answer, and inputs cannot be read without it: " + e.getMessage(), e);
        }
    }

    /** With another background every score would be another. */
    private static void requireBackground(PrefixOwner owner, ModelIdentity identity) {
        String noted = owner.model().map(ModelIdentity::background).orElse("");
        if (!noted.equals(identity.background())) {
            throw new UnverifiableException("the scores were made with "
                    + (noted.isEmpty() ? "no background" : "the background " + noted) + ", and "
                    + ModelKeys.BACKGROUND.name() + " names "
                    + (identity.background().isEmpty() ? "none" : "that with the fingerprint " + identity.background())
                    + ": give the configuration of the service, and the file that it reads");
        }
    }

    /** What a shard holds depends on when it forgot what. */
    private static void requireForgetting(ModelHistory history, DriftlineConfig config) {
        String now = ModelHistory.forgetting(config);
        if (history.forgetting().filter(noted -> !noted.equals(now)).isPresent()) {
            throw new UnverifiableException("the shards forget by these settings: "
                    + history.forgetting().get() + ", and the configuration has these: " + now
                    + ": give the configuration of the service");
        }
        if (history.forgettingSince().isPresent()) {
            throw new UnverifiableException(
                    "the settings by which shards forget have changed since the model began, at "
                            + history.forgettingSince().get()
                            + ": what a shard holds depends on those of before, too, which are not"
                            + " known any more. Only a model that begins anew (`driftline reset`) can be verified");
        }
    }

    /** Returns the number of partitions of the inputs. */
    private int requireTopics(PrefixOwner owner) {
        Set<String> there = topics.topics();
        List<String> needed = new ArrayList<>(List.of(
                names.name(Topic.DOCUMENTS),
                names.name(Topic.TEXT),
                names.name(Topic.SCORES),
                names.name(Topic.DEAD_LETTERS),
                names.name(settings.layout().countsRead())));
        if (settings.layout() == Layout.SHARDS) {
            needed.add(names.name(Topic.NGRAM_REPLIES));
        }
        if (settings.predictions() > 0) {
            needed.add(names.name(Topic.PREDICTIONS));
        }
        needed.removeAll(there);
        if (!needed.isEmpty()) {
            throw new UnverifiableException("there are no topics " + String.join(", ", needed)
                    + ": check topics.prefix and --bootstrap-servers; a deployment has them");
        }
        if (!there.contains(changelog(ShardCounts.STORE)) || !there.contains(changelog(PendingDocuments.STORE))) {
            throw new UnverifiableException("there is no topic " + changelog(ShardCounts.STORE)
                    + ": no service called " + config.get(ServiceKeys.APPLICATION_ID)
                    + " has run on these topics. "
                    + owner.owner()
                            .filter(name -> !name.equals(config.get(ServiceKeys.APPLICATION_ID)))
                            .map(name -> "They belong to " + name + ": set " + ServiceKeys.APPLICATION_ID.name() + "="
                                    + name)
                            .orElse("Check " + ServiceKeys.APPLICATION_ID.name()));
        }
        String toShards = names.name(settings.layout().countsRead());
        int shards = topics.partitions(toShards).size();
        if (shards != settings.shards()) {
            throw new UnverifiableException(toShards + " has " + shards
                    + " partitions, and the configuration says shards=" + settings.shards() + ": set shards=" + shards);
        }
        requireStoppedWhereNotTransactional();
        return topics.partitions(names.name(Topic.DOCUMENTS)).size();
    }

    private void requireStoppedWhereNotTransactional() {
        if (config.get(ServiceKeys.PROCESSING_GUARANTEE) == ProcessingGuarantee.AT_LEAST_ONCE) {
            try (TopicAdmin admin = new TopicAdmin(config)) {
                if (admin.members() > 0) {
                    throw new UnverifiableException("instances run with processing.guarantee=at_least_once, so that no"
                            + " moment has counts and scores that belong together: stop all of them, then verify");
                }
            }
            notes.add("Under at_least_once a crash may have counted documents twice, which shows as differences.");
        }
    }

    private long shardBytes() {
        return Math.max(SMALL_STORE_BYTES, Math.min(STORE_BYTES, SHARDS_BYTES / (2L * settings.shards())));
    }

    private String changelog(String store) {
        return config.get(ServiceKeys.APPLICATION_ID) + "-" + store + "-changelog";
    }

    private VerificationReport run() {
        Map<Integer, RocksDbPages> states = new HashMap<>();
        List<StoreHeader.Contents> counted = new ArrayList<>();
        for (int shard = 0; shard < settings.shards(); shard++) {
            if (options.wants(shard)) {
                RocksDbPages state = stores.store("counts-" + shard, shardBytes());
                counted.add(restore(ShardCounts.STORE, shard, state, "reading the counts of shard " + shard));
                states.put(shard, state);
            } else {
                counted.add(new StoreHeader.Contents(identity, Map.of()));
            }
        }
        Outputs outputs = new Outputs(stores.store("outputs", STORE_BYTES), names, differences);
        readPending(outputs);
        SchemaRegistrySerdes serdes = new SchemaRegistrySerdes(config.clients().schemaRegistry());
        readOutputs(outputs, serdes);
        readRetractions(outputs, serdes);
        try (SchemaRegistryClient registry = serdes.client();
                CommittedLog inputLog = log(inputEnds);
                Inputs read = new Inputs(inputLog, settings, registry);
                Orders orders = new Orders(counted, serdes)) {
            requireWholeInputs(inputLog);
            return replay(states, outputs, serdes, read, orders);
        } catch (IOException e) {
            throw new UnverifiableException("cannot close the schema registry's client: " + e.getMessage(), e);
        }
    }

    /** Looks through the replies for those shards that have failed with a document and have not learned it. */
    private BitSet unlearned(Place place) {
        BitSet shards = new BitSet();
        if (settings.layout() != Layout.SHARDS) {
            return shards;
        }
        TopicPartition replies = new TopicPartition(names.name(Topic.NGRAM_REPLIES), place.partition());
        long ticket = Ticket.of(place.offset(), place.isText());
        Gather gather = Gather.ofTheSameCounts(settings.model(), settings.shards());
        try (CommittedLog log = log(topics.written(Set.of(replies)))) {
            for (ConsumerRecord<byte[], byte[]> record = log.next(replies);
                    record != null;
                    record = log.next(replies)) {
                if (record.value() != null) {
                    failures(gather, record.value()).stream()
                            .filter(failure -> failure.ticket() == ticket && !failure.learned())
                            .forEach(failure -> shards.set(failure.shard()));
                }
            }
        }
        return shards;
    }

    private static List<ShardFailure> failures(Gather gather, byte[] message) {
        try {
            return gather.failures(gather.split(message));
        } catch (ShardMessageException e) {
            // Somebody else's bytes, which became a dead letter.
            return List.of();
        }
    }

    /** Reads which documents are under way, and how far the inputs have been taken in. */
    private void readPending(Outputs outputs) {
        List<StoreHeader.Contents> headers = new ArrayList<>();
        int tasks = topics.partitions(changelog(PendingDocuments.STORE)).size();
        for (int task = 0; task < tasks; task++) {
            RocksDbPages state = stores.store("pending-" + task, SMALL_STORE_BYTES);
            headers.add(restore(
                    PendingDocuments.STORE, task, state, "reading the documents under way in partition " + task));
            notePending(task, state, outputs);
        }
        for (int partition = 0; partition < inputs; partition++) {
            for (Topic topic : List.of(Topic.DOCUMENTS, Topic.TEXT)) {
                // Where one task takes in what others have read, it notes their partitions beside its own.
                long next =
                        taken(headers.get(0), partition == 0 ? names.name(topic) : names.name(topic) + " " + partition);
                if (partition < tasks) {
                    next = Math.max(next, taken(headers.get(partition), names.name(topic)));
                }
                inputEnds.put(new TopicPartition(names.name(topic), partition), next);
            }
        }
    }

    private void notePending(int task, RocksDbPages state, Outputs outputs) {
        PendingDocuments documents = new PendingDocuments(state, new HeapBudget().account(HeapUse.PENDING));
        state.scanFrom(new byte[0], (key, value) -> {
            if (!StoreHeader.isOwn(key)) {
                long ticket = ByteBuffer.wrap(key).getLong();
                PendingDocument document = documents.get(ticket);
                if (document != null) {
                    outputs.setPending(document.origin
                            .map(from -> new Place(Ticket.isText(ticket), from.partition(), from.offset()))
                            .orElseGet(() -> new Place(Ticket.isText(ticket), task, Ticket.offset(ticket))));
                }
            }
            return true;
        });
    }

    /** By which orders documents were learned and scored, in the layout of the deployment. */
    private final class Orders implements AutoCloseable {

        private final List<StoreHeader.Contents> counted;
        private final SchemaRegistrySerdes serdes;
        private final List<AutoCloseable> open = new ArrayList<>();
        final LearnedOrder learned;
        final Optional<ReplyOrder> scored;

        Orders(List<StoreHeader.Contents> counted, SchemaRegistrySerdes serdes) {
            this.counted = counted;
            this.serdes = serdes;
            learned = learned();
            if (settings.layout() == Layout.SHARDS && settings.shards() > 1 && options.scores()) {
                String replies = names.name(Topic.NGRAM_REPLIES);
                ReplyOrder order = new ReplyOrder(
                        log(topics.written(topics.partitions(replies))),
                        replies,
                        settings.shards(),
                        Gather.ofTheSameCounts(settings.model(), settings.shards()));
                open.add(order);
                scored = Optional.of(order);
            } else {
                scored = Optional.empty();
            }
        }

        private LearnedOrder learned() {
            LearnedOrder order = settings.layout() == Layout.ONE_TASK ? inputs() : records();
            open.add(order);
            return order;
        }

        /** Of requests to shards, or of whole documents for the one shard. */
        LearnedOrder records() {
            boolean isWhole = settings.layout() == Layout.ONE_SHARD;
            String topic = names.name(settings.layout().countsRead());
            byte[] owner = settings.model().owner().getBytes(StandardCharsets.UTF_8);
            return new TopicOrder(
                    log(topics.written(topics.partitions(topic))),
                    topic,
                    counted.stream()
                            .mapToLong(header -> header.taken(topic).next())
                            .toArray(),
                    isWhole
                            ? TopicOrder.ofDocuments(NgramCounts.hash(owner, 0, owner.length))
                            : TopicOrder.ofRequests(new ShardRequest.Addresses(settings.model()
                                    .fingerprint(settings.shards())
                                    .ofTheSameCounts())));
        }

        private LearnedOrder inputs() {
            String documents = names.name(Topic.DOCUMENTS);
            String text = names.name(Topic.TEXT);
            long[] learned = {taken(counted.get(0), documents), taken(counted.get(0), text)};
            long[] ends = {
                inputEnds.getOrDefault(new TopicPartition(documents, 0), 0L),
                inputEnds.getOrDefault(new TopicPartition(text, 0), 0L)
            };
            if (learned[0] == 0 || learned[1] == 0) {
                return new InputOrder(learned, ends, () -> null);
            }
            ScoredOrder scores =
                    new ScoredOrder(log(topics.written(topics.partitions(names.name(Topic.SCORES)))), names, serdes);
            open.add(scores);
            if (!scores.isWhole()) {
                isOrderUnknown = true;
            }
            return new InputOrder(learned, ends, scores);
        }

        boolean isOrderUnknown;

        @Override
        public void close() {
            for (AutoCloseable each : open) {
                try {
                    each.close();
                } catch (Exception e) {
                    throw new IllegalStateException("cannot close a reader of a topic", e);
                }
            }
        }
    }

    private VerificationReport replay(
            Map<Integer, RocksDbPages> states,
            Outputs outputs,
            SchemaRegistrySerdes serdes,
            Inputs read,
            Orders orders) {
        SourceReplay sources =
                new SourceReplay(settings, partition -> stores.store("sources-" + partition, SMALL_STORE_BYTES));
        if (settings.neural().isPresent()) {
            sources.end("the configuration has a network");
        }
        if (options.sample() < 1) {
            sources.end("a sample leaves documents out that a source has learned from");
        }
        orders.scored.ifPresent(order -> sources.require(order, inputs));
        long cacheBytes = Math.max(LEAST_CACHE_BYTES, Runtime.getRuntime().maxMemory() / 4);
        try (ScoreReplay scores = new ScoreReplay(
                settings,
                options,
                outputs,
                orders.scored.map(order -> order),
                sources,
                place -> place.offset() >= inputEnds.getOrDefault(partition(place), Long.MAX_VALUE),
                scoresSince,
                serdes,
                stores.store("ready", SMALL_STORE_BYTES),
                differences)) {
            Replay replay = new Replay(
                    settings,
                    options,
                    read,
                    outputs,
                    orders.learned,
                    shard -> stores.store("replayed-" + shard, shardBytes()),
                    stores.store("waiting", SMALL_STORE_BYTES),
                    stores.store("retractions", SMALL_STORE_BYTES),
                    cacheBytes,
                    differences,
                    progress,
                    this::unlearned,
                    scores);
            findBeginnings(replay, orders);
            replay.run(streams());
            readUnderWay(orders.learned, outputs);
            Optional<String> why = sources.ended();
            scores.finishAll(replay);
            long events = 0;
            if (options.counts()) {
                for (Map.Entry<Integer, RocksDbPages> state : states.entrySet()) {
                    events += compareCounts(state.getKey(), state.getValue(), replay, cacheBytes);
                }
            }
            note(scores, why);
            if (replay.retractions() > 0) {
                notes.add(String.format(Locale.ROOT, "%,d retractions were replayed.", replay.retractions()));
            }
            return new VerificationReport(
                    replay.documents(),
                    replay.tokens(),
                    events,
                    scores.compared(),
                    scores.mixtures(),
                    scores.underWay(),
                    replay.refused(),
                    differences.first(),
                    differences.counts(),
                    notes);
        }
    }

    private void note(ScoreReplay scores, Optional<String> why) {
        if (!options.scores()) {
            return;
        }
        why.filter(reason -> scores.mixtures() < scores.compared())
                .ifPresent(reason -> notes.add(String.format(
                        Locale.ROOT,
                        "The mixture was compared in %,d of %,d scores only, the figures of the n-grams in all: %s.",
                        scores.mixtures(),
                        scores.compared(),
                        reason)));
        if (scores.mixturesInDoubt() > 0) {
            notes.add(String.format(
                    Locale.ROOT,
                    "%,d mixtures are others than in the replay, in partitions whose documents were not scored in the order of"
                            + " the replies: some waited while a task moved. The figures of the n-grams are equal.",
                    scores.mixturesInDoubt()));
        }
        if (scores.unordered() > 0) {
            notes.add(String.format(
                    Locale.ROOT,
                    "%,d scores could not be compared, since the order in which their documents were learned is not known:"
                            + " retention has deleted the records that said it, or the model had another layout then."
                            + " Counts do not depend on it.",
                    scores.unordered()));
        }
        if (scores.expired() > 0) {
            notes.add(String.format(
                    Locale.ROOT,
                    "%,d documents are older than the oldest scores that retention has left.",
                    scores.expired()));
        }
        if (scores.otherSmoothing() > 0) {
            notes.add(String.format(
                    Locale.ROOT,
                    "%,d scores are by another smoothing than the configuration's, with another background or none,"
                            + " and were not compared.",
                    scores.otherSmoothing()));
        }
    }

    private TopicPartition partition(Place place) {
        return new TopicPartition(names.name(place.isText() ? Topic.TEXT : Topic.DOCUMENTS), place.partition());
    }

    private List<Replay.Stream> streams() {
        List<Replay.Stream> streams = new ArrayList<>();
        for (int partition = 0; partition < inputs; partition++) {
            streams.add(new Replay.Stream(false, partition));
            streams.add(new Replay.Stream(true, partition));
        }
        return streams;
    }

    private CommittedLog log(Map<TopicPartition, Long> ends) {
        return new CommittedLog(config, ends, options.timeout(), () -> progress.at("waiting for records", 0, 0));
    }

    /**
     * Finds the first document of each stream whose place in the order of a shard is known. What comes before was learned when the
     * model had another layout, or retention has deleted the record by which it was learned.
     */
    private void findBeginnings(Replay replay, Orders orders) {
        if (settings.layout() == Layout.ONE_TASK) {
            if (orders.isOrderUnknown) {
                replay.orderedFrom(0, Map.of());
            }
            return;
        }
        try (LearnedOrder scan = orders.records()) {
            for (int shard = 0; shard < settings.shards(); shard++) {
                if (options.wants(shard)) {
                    Set<Replay.Stream> left = new HashSet<>();
                    streams().stream().filter(stream -> end(stream) > 0).forEach(left::add);
                    Map<Replay.Stream, Long> firsts = new HashMap<>();
                    while (!left.isEmpty()) {
                        Place place = scan.nextUnderWay(shard);
                        if (place == null) {
                            break;
                        }
                        Replay.Stream stream = new Replay.Stream(place.isText(), place.partition());
                        if (left.remove(stream)) {
                            firsts.put(stream, place.offset());
                        }
                        progress.at(
                                "looking for the oldest records of shard " + shard,
                                scan.done(shard),
                                scan.total(shard));
                    }
                    replay.orderedFrom(shard, firsts);
                }
            }
        }
    }

    private long end(Replay.Stream stream) {
        return inputEnds.getOrDefault(
                new TopicPartition(names.name(stream.isText() ? Topic.TEXT : Topic.DOCUMENTS), stream.partition()), 0L);
    }

    private void readUnderWay(LearnedOrder order, Outputs outputs) {
        for (int shard = 0; shard < settings.shards(); shard++) {
            if (options.wants(shard)) {
                for (Place place = order.nextUnderWay(shard); place != null; place = order.nextUnderWay(shard)) {
                    outputs.setUnderWay(shard, place);
                }
            }
        }
    }

    private long compareCounts(int shard, RocksDbPages state, Replay replay, long cacheBytes) {
        int order = NgramCounts.storedOrder(state);
        if (order != 0 && order != settings.model().order()) {
            throw new UnverifiableException("the counts are of order " + order + ", and the configuration says "
                    + settings.model().order() + ": set model.order=" + order);
        }
        CountsComparison comparison = new CountsComparison(
                shard,
                changelog(ShardCounts.STORE) + "-" + shard,
                new NgramCounts(settings.model().order(), state, cacheBytes / 2, cacheBytes / 4),
                replay.counts(shard),
                new Sample(options.sample()),
                differences,
                progress);
        comparison.run();
        return comparison.events();
    }

    private StoreHeader.Contents restore(String store, int partition, RocksDbPages state, String step) {
        String topic = changelog(store);
        StoredState.restore(
                config, topics, new TopicPartition(topic, partition), state, options.timeout(), step, progress);
        Optional<StoreHeader.Contents> header;
        try {
            WriteBackJournal.settle(state);
            header = StoreHeader.contents(state);
        } catch (IllegalStateException e) {
            throw new UnverifiableException(topic + "-" + partition + ": " + e.getMessage(), e);
        }
        if (header.isEmpty()) {
            boolean[] isEmpty = {true};
            state.scanFrom(new byte[0], (key, value) -> isEmpty[0] = false);
            if (!isEmpty[0]) {
                throw new UnverifiableException("the state in " + topic + "-" + partition
                        + " does not say how far it has come: it was written by Driftline 0.3.0 or earlier. Run a service"
                        + " of this version on it first");
            }
        }
        header.ifPresent(of -> {
            List<String> misfits = identity.misfits(of.model());
            if (!misfits.isEmpty()) {
                throw new UnverifiableException("the state in " + topic + "-" + partition + " is of another model: "
                        + String.join("; ", misfits));
            }
        });
        return header.orElse(new StoreHeader.Contents(identity, Map.of()));
    }

    private static long taken(StoreHeader.Contents header, String topic) {
        StoreHeader.Taken taken = header.taken(topic);
        if (taken.base() > 0) {
            throw new UnverifiableException("the topic " + topic
                    + " was deleted and created again after documents had been learned from it: those are gone, and what"
                    + " was learned from them cannot be replayed. Only a model that begins anew (`driftline reset`) can"
                    + " be verified");
        }
        return taken.next();
    }

    private void requireWholeInputs(CommittedLog log) {
        inputEnds.forEach((partition, end) -> {
            if (end > 0 && log.begin(partition) > 0) {
                throw new UnverifiableException("retention has deleted the records of " + partition + " before offset "
                        + log.begin(partition) + ", and the counts contain them: they cannot be replayed. Verify while"
                        + " the inputs are whole, or keep them longer with topics.retention.ms");
            }
        });
    }

    private void readOutputs(Outputs outputs, SchemaRegistrySerdes serdes) {
        if (!options.scores()) {
            readDeadLetters(outputs);
            return;
        }
        Set<TopicPartition> scores = topics.partitions(names.name(Topic.SCORES));
        Set<TopicPartition> predictions =
                settings.predictions() == 0 ? new HashSet<>() : topics.partitions(names.name(Topic.PREDICTIONS));
        Map<TopicPartition, Long> scoreEnds = topics.written(scores);
        Map<TopicPartition, Long> predictionEnds = topics.written(predictions);
        readDeadLetters(outputs);
        try (CommittedLog log = log(scoreEnds)) {
            outputs.readScores(log, scores.size(), serdes, progress);
        }
        if (!predictions.isEmpty()) {
            try (CommittedLog log = log(predictionEnds)) {
                outputs.readPredictions(log, predictions.size(), serdes, progress);
            }
        }
    }

    private void readRetractions(Outputs outputs, SchemaRegistrySerdes serdes) {
        String topic = names.name(Topic.RETRACTIONS);
        if (topics.topics().contains(topic)) {
            Set<TopicPartition> answers = topics.partitions(topic);
            try (CommittedLog log = log(topics.written(answers))) {
                outputs.readRetractions(log, answers.size(), serdes, progress);
            }
        }
    }

    private void readDeadLetters(Outputs outputs) {
        Set<TopicPartition> letters = topics.partitions(names.name(Topic.DEAD_LETTERS));
        try (CommittedLog log = log(topics.written(letters))) {
            outputs.readDeadLetters(log, letters.size(), progress);
        }
    }
}
