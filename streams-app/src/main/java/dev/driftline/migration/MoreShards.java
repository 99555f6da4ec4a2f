package dev.driftline.migration;

import dev.driftline.codec.FolderTree;
import dev.driftline.config.DriftlineConfig;
import dev.driftline.config.MisconfiguredException;
import dev.driftline.config.keys.ServiceKeys;
import dev.driftline.config.keys.TopicKeys;
import dev.driftline.identity.ModelIdentity;
import dev.driftline.identity.PrefixOwner;
import dev.driftline.identity.StartOver;
import dev.driftline.pages.HeapPageStore;
import dev.driftline.pages.PageStore;
import dev.driftline.pending.PendingDocuments;
import dev.driftline.resharding.Resharding;
import dev.driftline.scoring.ModelSettings;
import dev.driftline.scoring.ShardScorer;
import dev.driftline.shards.ShardCounts;
import dev.driftline.sources.SourceModels;
import dev.driftline.store.Changelog;
import dev.driftline.store.RocksDbPages;
import dev.driftline.store.StoreHeader;
import dev.driftline.store.WriteBackJournal;
import dev.driftline.topics.Changelogs;
import dev.driftline.topics.CommittedRecords;
import dev.driftline.topics.Layout;
import dev.driftline.topics.Topic;
import dev.driftline.topics.TopicAdmin;
import dev.driftline.topics.TopicNames;
import dev.driftline.topology.TopologySettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Gives a model more shards without learning anything again: moves its counts to the shards that own them then, and puts the
 * changed state into the changelogs in one transaction. Before that transaction is committed the service is as it was, afterwards
 * it has the new shards; what was interrupted is done by another run.
 *
 * <p>Needs every instance stopped and no document under way. The counts go through RocksDB in a folder of this machine, which
 * needs about twice their size. Used by one thread.
 */
public final class MoreShards {

    private static final long ROCKSDB_BYTES = 64L << 20;

    /** So much of the heap is for decoded counts, words and spellings. */
    private static final int HEAP_SHARE = 3;

    private final DriftlineConfig config;
    private final TopicAdmin admin;
    private final Path temporary;
    private final Progress progress;
    private final String application;
    private final PrefixOwner owner;

    /** What is told of long work, on the thread that does it. */
    public interface Progress {

        /** A step has come so far. */
        void step(String what, long done);
    }

    /**
     * What is to be done.
     *
     * @param from the model as it is
     * @param to the model as it is to be
     */
    public record Plan(ModelIdentity from, ModelIdentity to) {

        /** Whether the counts are on their shards already; topics may still be missing. */
        public boolean isMoved() {
            return from.shards() == to.shards();
        }
    }

    /**
     * @param config of the service, with the number of shards that it is to have
     * @param admin of {@code config}; stays the caller's to close
     * @param temporary a folder that is made and deleted
     */
    public MoreShards(DriftlineConfig config, TopicAdmin admin, Path temporary, Progress progress) {
        this.config = config;
        this.admin = admin;
        this.temporary = temporary;
        this.progress = progress;
        application = config.get(ServiceKeys.APPLICATION_ID);
        owner = new PrefixOwner(config);
    }

    /**
     * Looks whether it can be done.
     *
     * @throws MisconfiguredException if not, with what to do about it
     */
    public Plan plan() {
        ModelSettings model = TopologySettings.of(config).model();
        new StartOver(config, admin).requireMine();
        Map<String, Integer> changelogs = admin.partitions(Changelogs.of(application));
        if (!changelogs.containsKey(changelog(ShardCounts.STORE))) {
            throw new MisconfiguredException("there is no " + changelog(ShardCounts.STORE) + ": " + application
                    + " has learned nothing yet. Check application.id, or set shards="
                    + config.get(TopicKeys.SHARDS) + " and run `driftline topics create`");
        }
        ModelIdentity from = owner.model()
                .orElseThrow(() -> new MisconfiguredException("nothing is noted of the model of " + application
                        + ": start this version of the service on it once, and stop it"));
        ModelIdentity to = ModelIdentity.of(config, model);
        List<String> misfits = to.withShards(from.shards()).misfits(from);
        if (!misfits.isEmpty()) {
            throw new MisconfiguredException(
                    "the model of " + application + " does not fit the configuration: " + String.join("; ", misfits));
        }
        if (to.shards() < from.shards()) {
            throw new MisconfiguredException("the model has " + from.shards()
                    + " shards, and Kafka cannot take partitions" + " from a topic: name more than " + from.shards());
        }
        return new Plan(from, to);
    }

    /**
     * Does it.
     *
     * @throws MisconfiguredException if documents are under way, or an instance has come meanwhile
     * @throws IOException if the folder cannot be used
     */
    public void run(Plan plan) throws IOException {
        if (!plan.isMoved()) {
            FolderTree.delete(temporary);
            Files.createDirectories(temporary);
            try {
                move(plan);
            } finally {
                FolderTree.delete(temporary);
            }
        }
        layTopics(plan.to().shards());
    }

    private void move(Plan plan) {
        Map<String, Integer> partitions = admin.partitions(Changelogs.of(application));
        for (Map.Entry<String, Integer> each : partitions.entrySet()) {
            Changelog changelog = new Changelog(config, each.getKey());
            IntStream.range(0, each.getValue()).forEach(changelog::awaitNoOpenTransaction);
        }
        requireNothingUnderWay(partitions);
        List<RocksDbPages> opened = new ArrayList<>();
        try {
            List<PageStore> former = former(plan.from().shards(), opened);
            List<PageStore> shards = stores("shard-", plan.to().shards(), opened);
            reshard(plan, former, shards);
            admin.grow(changelog(ShardCounts.STORE), plan.to().shards());
            try (ChangelogWriter writer = new ChangelogWriter(config, application + "-more-shards")) {
                writeCounts(writer, plan, former, shards);
                writeOthers(writer, plan, partitions);
                writer.send(owner.note(plan.to(), Layout.SHARDS));
                new StartOver(config, admin).requireMine();
                writer.commit();
            }
        } finally {
            opened.forEach(RocksDbPages::close);
        }
    }

    private String changelog(String store) {
        return Changelogs.of(application, store);
    }

    private void requireNothingUnderWay(Map<String, Integer> partitions) {
        if (isAnyUnread(TopicNames.of(config).name(Topic.NGRAM_DOCUMENTS))) {
            throw new MisconfiguredException(
                    "documents are on their way to the shard: start the service, wait until /v1/status says lag 0,"
                            + " and stop the service");
        }
        int of = partitions.getOrDefault(changelog(PendingDocuments.STORE), 0);
        for (int partition = 0; partition < of; partition++) {
            try (RocksDbPages pages = RocksDbPages.open(temporary.resolve("pending-" + partition), ROCKSDB_BYTES)) {
                copy(PendingDocuments.STORE, partition, pages);
                pages.scanFrom(new byte[0], (key, value) -> {
                    if (!StoreHeader.isOwn(key)) {
                        throw new MisconfiguredException(
                                "documents are under way, and their parts are cut for the shards"
                                        + " that there are: start the service, stop what produces documents, wait until"
                                        + " /v1/status says that none is pending, and stop the service");
                    }
                    return true;
                });
            }
        }
    }

    /** Whether there is a committed record behind an offset that the application has committed; false without the topic. */
    private boolean isAnyUnread(String topic) {
        int partitions = admin.partitions(List.of(topic)).getOrDefault(topic, 0);
        Map<TopicPartition, OptionalLong> committed = IntStream.range(0, partitions)
                .mapToObj(partition -> new TopicPartition(topic, partition))
                .collect(Collectors.toMap(partition -> partition, admin::committed));
        boolean[] any = {false};
        new CommittedRecords(config).read(committed, record -> !(any[0] = true), records -> {});
        return any[0];
    }

    private void copy(String store, int partition, PageStore to) {
        new Changelog(config, changelog(store))
                .read(partition, to::put, records -> progress.step("Records read of " + changelog(store), records));
        WriteBackJournal.settle(to);
    }

    private List<PageStore> former(int shards, List<RocksDbPages> opened) {
        List<PageStore> former = stores("former-", shards, opened);
        for (int shard = 0; shard < shards; shard++) {
            copy(ShardCounts.STORE, shard, former.get(shard));
        }
        return former;
    }

    private List<PageStore> stores(String name, int count, List<RocksDbPages> opened) {
        List<PageStore> stores = new ArrayList<>();
        for (int number = 0; number < count; number++) {
            RocksDbPages pages = RocksDbPages.open(temporary.resolve(name + number), ROCKSDB_BYTES / count);
            opened.add(pages);
            stores.add(pages);
        }
        return stores;
    }

    private void reshard(Plan plan, List<PageStore> former, List<PageStore> shards) {
        ModelSettings model = TopologySettings.of(config).model();
        long cache = Runtime.getRuntime().maxMemory() / HEAP_SHARE / (shards.size() + 1);
        List<ShardScorer> to = IntStream.range(0, shards.size())
                .mapToObj(shard ->
                        new ShardScorer(model, shard, shards.size(), shards.get(shard), cache * 3 / 4, cache / 4))
                .toList();
        Resharding resharding = new Resharding(to, tuples -> progress.step("N-grams moved", tuples));
        try {
            for (int shard = 0; shard < former.size(); shard++) {
                resharding.add(new ShardScorer(
                        model, shard, plan.from().shards(), former.get(shard), cache * 3 / 4, cache / 4));
            }
        } catch (IllegalStateException e) {
            throw new MisconfiguredException(Objects.requireNonNullElse(e.getMessage(), e.toString()));
        }
    }

    private void writeCounts(ChangelogWriter writer, Plan plan, List<PageStore> former, List<PageStore> shards) {
        String topic = changelog(ShardCounts.STORE);
        for (int shard = 0; shard < shards.size(); shard++) {
            int partition = shard;
            PageStore now = shards.get(shard);
            now.put(StoreHeader.key(), StoreHeader.ofModel(plan.to(), null));
            if (shard < former.size()) {
                former.get(shard).scanFrom(new byte[0], (key, value) -> {
                    if (now.get(key) == null) {
                        writer.send(topic, partition, key, null);
                    }
                    return true;
                });
            }
            now.scanFrom(new byte[0], (key, value) -> {
                writer.send(topic, partition, key, value);
                return true;
            });
            progress.step("Records written", writer.sent());
        }
    }

    /** Every other store says which model it is of; what is known of sources goes to every partition that has none yet. */
    private void writeOthers(ChangelogWriter writer, Plan plan, Map<String, Integer> partitions) {
        int inputs = admin.partitions(List.of(TopicNames.of(config).name(Topic.DOCUMENTS))).values().stream()
                .findFirst()
                .orElseThrow(() -> new MisconfiguredException(TopicNames.of(config)
                                .name(Topic.DOCUMENTS) + " does not exist: run `driftline topics create`"));
        boolean hadOneTask = admin.layout() == Layout.ONE_SHARD;
        for (String topic : partitions.keySet()) {
            if (topic.equals(changelog(ShardCounts.STORE))) {
                continue;
            }
            boolean byInput =
                    topic.equals(changelog(SourceModels.STORE)) || topic.equals(changelog(PendingDocuments.STORE));
            // Not what the topic has: a run that was interrupted may have given it partitions already, which are empty.
            int before = byInput && hadOneTask ? 1 : partitions.get(topic);
            for (int partition = 0; partition < before; partition++) {
                byte[] header = header(topic, partition);
                if (header != null) {
                    writer.send(topic, partition, StoreHeader.key(), StoreHeader.ofModel(plan.to(), header));
                }
            }
            if (byInput && before < inputs) {
                admin.grow(topic, inputs);
                if (topic.equals(changelog(SourceModels.STORE))) {
                    spread(writer, topic, before, inputs);
                }
            }
        }
    }

    private byte @Nullable [] header(String topic, int partition) {
        HeapPageStore last = new HeapPageStore();
        new Changelog(config, topic)
                .read(
                        partition,
                        (key, value) -> {
                            if (StoreHeader.isKey(key) || WriteBackJournal.isMark(key)) {
                                last.put(key, value);
                            }
                        },
                        records -> progress.step("Records read of " + topic, records));
        last.scan(new byte[0], (key, value) -> {
            if (WriteBackJournal.isMark(key)) {
                throw new MisconfiguredException("an instance was killed while it wrote to " + topic
                        + ": start the service, which completes what it has written, and stop it");
            }
        });
        return last.get(StoreHeader.key());
    }

    /** A source of a task that had all partitions goes on in each of them with what was known of it. */
    private void spread(ChangelogWriter writer, String topic, int before, int inputs) {
        try (RocksDbPages sources = RocksDbPages.open(temporary.resolve("sources"), ROCKSDB_BYTES)) {
            copy(SourceModels.STORE, 0, sources);
            for (int partition = before; partition < inputs; partition++) {
                int to = partition;
                sources.scanFrom(new byte[0], (key, value) -> {
                    if (!StoreHeader.isOwn(key)) {
                        writer.send(topic, to, key, value);
                    }
                    return true;
                });
            }
        }
    }

    /** Makes the topics between scatter, count and gather fit the shards. */
    private void layTopics(int shards) {
        TopicNames names = TopicNames.of(config);
        // Of the layout that a single shard had.
        admin.delete(admin.removal(List.of(names.name(Topic.NGRAM_DOCUMENTS)), false));
        String requests = names.name(Topic.NGRAM_REQUESTS);
        if (admin.partitions(List.of(requests)).containsKey(requests)) {
            admin.grow(requests, shards);
        }
        admin.create();
    }
}
