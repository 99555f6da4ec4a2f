package dev.driftline.store;

import dev.driftline.commits.CommitClock;
import dev.driftline.commits.EarlyCommits;
import dev.driftline.heap.HeapAccount;
import dev.driftline.identity.Provenance;
import dev.driftline.pages.PageStore;
import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.BiPredicate;
import java.util.function.Function;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.errors.ProcessorStateException;
import org.apache.kafka.streams.errors.TaskCorruptedException;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.processor.StateStoreContext;
import org.apache.kafka.streams.processor.TaskId;
import org.apache.kafka.streams.processor.internals.ProcessorContextUtils;
import org.apache.kafka.streams.processor.internals.RecordCollector;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.internals.CachedStateStore;
import org.apache.kafka.streams.state.internals.LegacyCheckpointingStateStore;
import org.apache.kafka.streams.state.internals.WrappedStateStore;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A RocksDB store with a changelog, behind decoded state that is written back once per commit.
 *
 * <p>Kafka Streams commits a task in this order: {@code ProcessorStateManager.flushCache()}, flush of the producer,
 * commit of the transaction with the consumed offsets, {@code StateStore.commit}. Only the first step comes before the
 * offsets, and it reaches only stores that are {@code instanceof CachedStateStore}, an <em>internal</em> interface.
 * Any other store with dirty state would commit offsets without their counts. A punctuation is no substitute, since
 * rebalances and shutdown commit, too. Hence this class extends the internal
 * {@link WrappedStateStore}, which is a {@code CachedStateStore}; the version of Kafka is pinned in the parent POM for
 * that reason, and the crash tests fail if the contract changes. To be checked when Kafka is upgraded:
 * {@code StreamTask.prepareCommit}, {@code ProcessorStateManager.flushCache} and {@code recycle}.
 *
 * <p><b>Transactional.</b> Under exactly-once the RocksDB store inside is one of Kafka's transactional stores (KIP-892). What is
 * written to it stays in a buffer, which reads see through, until {@link #commit}, which the task calls after every commit of
 * the transaction: pages, the header among them, and the offset in the changelog then go to RocksDB in one batch. There is no
 * write-ahead log, and the column families of pages and offsets are flushed together, so after {@code kill -9} or a power cut
 * the folder holds the state of some commit, at most the write buffers behind the last one, and the task restores the rest of
 * the changelog. A task that is fenced, or whose transaction is aborted, drops the buffer and keeps the store. An offset is
 * always there with the first page, but for two cases: a first restore that was killed, and a task that Kafka Streams calls
 * corrupted, whose buffer it commits without offsets before it deletes the folder. It keeps a folder without an offset; this
 * class does not, since a kill between the two would leave pages there that were never committed. To be checked when Kafka is
 * upgraded, besides: {@code AbstractColumnFamilyAccessor.commit}, {@code StreamTask.postCommit},
 * {@code StateManagerUtil.closeStateManager} and {@code ProcessorStateManager.initializeStoreOffsets}.
 *
 * <p><b>Without transactions</b> everything that is put stays in memory until the write-back, which reaches the changelog as a
 * whole or not at all ({@link WriteBackJournal}), and only after all that the task has sent: a document that waits is not
 * removed before its score is out. Two instances that write to one changelog at once, as one may that has lost its task and does
 * not know, still spoil each other's state: only transactions keep them apart.
 *
 * <p><b>Damage.</b> A store that does not open because a file of it is damaged is deleted and restored; where a page cannot be
 * read later, the task is corrupted, as Kafka Streams calls it, which does the same to all of its stores: {@link StoreDamage}.
 *
 * <p>The store is registered under {@code root}, which is this store (or Kafka's own wrapper of it), never the RocksDB
 * store inside: the commit calls {@link #flushCache()}. Restoration writes to RocksDB directly, before any
 * processor is initialised; nothing decoded is read until a processor asks for it.
 *
 * <p>Threads: the stream thread that owns the task, and any other that only reads, if each takes its turn ({@link #turns}) while
 * it uses the store or a cache in front of it (the methods that Kafka Streams calls take it themselves). A read may push
 * dirty state out of a bounded cache; off the stream thread such a write is kept back until the next write-back, because
 * only the stream thread may write to the changelog. Within a write-back others may read where a cache says so:
 * {@link #letOthersRead}.
 */
public final class WriteBackStore extends WrappedStateStore<KeyValueStore<Bytes, byte[]>, byte[], byte[]>
        implements PageStore {

    private static final Logger LOG = LoggerFactory.getLogger(WriteBackStore.class);

    private static final int BATCH = 512;

    /** Heap of an entry of Kafka's buffer of uncommitted writes, beside key and value. */
    private static final int UNCOMMITTED_ENTRY_BYTES = 208;

    private final Turns turns = new Turns();
    private final EarlyCommits commits;
    private final @Nullable HeapAccount uncommitted;
    private final Map<Class<?>, WriteBackCache> caches = new LinkedHashMap<>();
    /** What other threads have put, and without transactions everything: it is written at the next write-back. */
    private final TreeMap<Bytes, Optional<byte[]>> late = new TreeMap<>();
    /** Keys of what RocksDB has not committed: a scan sees them even where it has lost its way among the others. */
    private final Set<Bytes> uncommittedKeys = new HashSet<>();
    /** Pages of a write-back that was cut, in {@link #late} too. */
    private final Map<Bytes, Optional<byte[]>> cut = new LinkedHashMap<>();

    private final WriteBackJournal journal = new WriteBackJournal();
    /** Entries of a write-back that RocksDB does not have yet: it gets many at a time. */
    private final List<KeyValue<Bytes, byte[]>> batch = new ArrayList<>();

    /** What the header is compared with; null keeps no header. */
    private @Nullable Provenance provenance;

    private boolean exactlyOnce = true;
    private boolean transactional;
    private boolean batching;
    private boolean recovered;
    /** Returns when the brokers have all that the task has sent. */
    private Runnable sent = () -> {};

    private @Nullable Thread owner;
    private @Nullable TaskId task;

    /**
     * @param commits learns how long the write-back for a commit takes
     * @param uncommitted learns of what is written and not committed; null where nobody asks
     */
    WriteBackStore(KeyValueStore<Bytes, byte[]> logged, EarlyCommits commits, @Nullable HeapAccount uncommitted) {
        super(logged);
        this.commits = commits;
        this.uncommitted = uncommitted;
    }

    /** Whose turn it is to use this store and the caches in front of it. */
    public Turns turns() {
        return turns;
    }

    /**
     * The cache of class {@code type} in front of this store, made by {@code factory} at the first call. It lives until
     * the store is closed, so two processors of one task that share the store share the cache. Called from
     * {@code Processor.init}, on the stream thread, which from then on is the only thread that may write.
     */
    public <C extends WriteBackCache> C cache(Class<C> type, Function<? super PageStore, C> factory) {
        turns.take();
        try {
            return ownCache(type, factory);
        } finally {
            turns.end();
        }
    }

    private <C extends WriteBackCache> C ownCache(Class<C> type, Function<? super PageStore, C> factory) {
        owner = Thread.currentThread();
        recover();
        if (type != StoreHeader.class) {
            header().load();
        }
        WriteBackCache cache = caches.get(type);
        if (cache == null) {
            cache = factory.apply(this);
            caches.put(type, cache);
        }
        return type.cast(cache);
    }

    /** Completes a write-back that was cut, as the journal has it: to be read at once, and written before anything else is. */
    private void recover() {
        if (recovered) {
            return;
        }
        recovered = true;
        Map<Bytes, Optional<byte[]>> pages = journal.read(this::get);
        if (!pages.isEmpty()) {
            LOG.warn(
                    "A crash has cut a write-back of store {} of task {}: its {} pages are put again",
                    name(),
                    task,
                    pages.size());
            cut.putAll(pages);
            late.putAll(pages);
        }
        if (exactlyOnce && journal.isThere()) {
            // From a time without transactions: it must not be taken for the last write-back later.
            journal.end((key, value) -> late.put(Bytes.wrap(key), Optional.ofNullable(value)));
        }
    }

    /** Of which model this store is, and how far it has taken in what its task reads. For the stream thread. */
    public StoreHeader header() {
        return cache(StoreHeader.class, pages -> new StoreHeader(name(), pages, provenance, exactlyOnce));
    }

    @Override
    public byte @Nullable [] get(byte[] key) {
        Bytes wrappedKey = Bytes.wrap(key);
        if (!late.isEmpty()) {
            Optional<byte[]> value = late.get(wrappedKey);
            if (value != null) {
                return value.orElse(null);
            }
        }
        writeBatch();
        try {
            return wrapped().get(wrappedKey);
        } catch (ProcessorStateException e) {
            throw answerTo(e);
        }
    }

    /** Of damage on the disk the task learns; the threads of others only that they cannot read. */
    private RuntimeException answerTo(ProcessorStateException failure) {
        return task != null && Thread.currentThread() == owner && StoreDamage.isIn(failure)
                ? StoreDamage.found(task, name(), failure)
                : failure;
    }

    @Override
    public void put(byte[] key, byte @Nullable [] value) {
        if (Thread.currentThread() != owner) {
            late.put(Bytes.wrap(key), Optional.ofNullable(value));
            return;
        }
        if (!exactlyOnce) {
            held(key.length, value);
            late.put(Bytes.wrap(key), Optional.ofNullable(value));
            return;
        }
        writeLate();
        held(key.length, value);
        if (batching) {
            batch.add(KeyValue.pair(Bytes.wrap(key), value));
            if (batch.size() == BATCH) {
                writeBatch();
            }
        } else {
            write(Bytes.wrap(key), value);
        }
    }

    private void write(Bytes key, byte @Nullable [] value) {
        if (transactional) {
            uncommittedKeys.add(key);
        }
        wrapped().put(key, value);
    }

    private void writeBatch() {
        if (!batch.isEmpty()) {
            if (transactional) {
                batch.forEach(entry -> uncommittedKeys.add(entry.key));
            }
            wrapped().putAll(batch);
            batch.clear();
        }
    }

    private void writeLate() {
        if (!late.isEmpty()) {
            late.forEach((key, value) -> {
                held(key.get().length, value.orElse(null));
                write(key, value.orElse(null));
            });
            late.clear();
            cut.clear();
        }
    }

    /** Without transactions: writes all that was put since the last time so that a crash leaves all of it or nothing. */
    private void writeWhole() {
        if (late.isEmpty()) {
            return;
        }
        cut.forEach((key, value) -> wrapped().put(key, value.orElse(null)));
        cut.clear();
        WriteBackJournal.Pages pages = (key, value) -> wrapped().put(Bytes.wrap(key), value);
        journal.begin(late, wrapped().get(Bytes.wrap(StoreHeader.key())), pages, sent);
        late.forEach((key, value) -> wrapped().put(key, value.orElse(null)));
        journal.end(pages);
        late.clear();
        heldNothing();
    }

    private void held(int keyBytes, byte @Nullable [] value) {
        if (uncommitted != null && (transactional || !exactlyOnce)) {
            uncommitted.add(UNCOMMITTED_ENTRY_BYTES + keyBytes + (value == null ? 0 : value.length));
        }
    }

    private void heldNothing() {
        if (uncommitted != null) {
            uncommitted.close();
        }
    }

    /** Makes what was written since the last commit part of the store, with the offset after it in the changelog. */
    @Override
    public void commit(Map<TopicPartition, Long> changelogOffsets) {
        turns.take();
        try {
            CommitClock clock = commits.ofThread().clock();
            long began = clock.now();
            super.commit(changelogOffsets);
            clock.stored(began);
            uncommittedKeys.clear();
            if (uncommitted != null && transactional) {
                uncommitted.set(0);
            }
        } catch (ProcessorStateException e) {
            // What RocksDB met in the background it says at the next write. While a store is restored, or looked at
            // when
            // the service starts, the commit comes from other threads than the task's.
            throw task != null && StoreDamage.isIn(e) ? StoreDamage.found(task, name(), e) : e;
        } finally {
            turns.end();
        }
    }

    /**
     * Copies the store to {@code to}, which is not there yet, on the same file system: as of the last commit if it is transactional, and
     * as of the last write-back if it is not. From any thread.
     *
     * @throws IllegalStateException if it is closed, or cannot be copied
     */
    public void copyTo(Path to) {
        turns.take();
        try {
            if (!isOpen()) {
                throw new IllegalStateException("store " + name() + " is closed");
            }
            StoreCopy.make(wrapped(), to);
        } finally {
            turns.end();
        }
    }

    /** {@inheritDoc} Not where a copy of the store that is made meanwhile would have a part of the write-back. */
    @Override
    public void letOthersRead() {
        if (batching && (transactional || !exactlyOnce) && turns.isWaitedFor() && Thread.currentThread() == owner) {
            // Those that read must find it, and must not be the ones to write it.
            writeBatch();
            turns.letOthers();
        }
    }

    @Override
    public void scan(byte[] prefix, BiConsumer<byte[], byte[]> visitor) {
        byte[] end = afterPrefix(prefix);
        scan(Bytes.wrap(prefix), end == null ? null : Bytes.wrap(end), (key, value) -> {
            visitor.accept(key, value);
            return true;
        });
    }

    @Override
    public void scanFrom(byte[] first, BiPredicate<byte[], byte[]> visitor) {
        scan(Bytes.wrap(first), null, visitor);
    }

    /** Visits what is written and what is not, in the order of keys, until {@code visitor} wants no more. */
    private void scan(Bytes from, @Nullable Bytes to, BiPredicate<byte[], byte[]> visitor) {
        writeBatch();
        TreeMap<Bytes, Optional<byte[]>> unwritten =
                new TreeMap<>(to == null ? late.tailMap(from) : late.subMap(from, to));
        boolean[] goesOn = {true};
        // Beyond the range to the next key, which shows that the scan did not end early.
        scanToEnd(from, (key, value) -> {
            while (goesOn[0] && !unwritten.isEmpty() && unwritten.firstKey().compareTo(key) < 0) {
                goesOn[0] = visit(unwritten.pollFirstEntry(), visitor);
            }
            if (goesOn[0] && (to == null || key.compareTo(to) < 0)) {
                Optional<byte[]> instead = unwritten.remove(key);
                goesOn[0] = visit(Map.entry(key, instead == null ? Optional.of(value) : instead), visitor);
                return goesOn[0];
            }
            return false;
        });
        while (goesOn[0] && !unwritten.isEmpty()) {
            goesOn[0] = visit(unwritten.pollFirstEntry(), visitor);
        }
    }

    private static boolean visit(Map.Entry<Bytes, Optional<byte[]>> entry, BiPredicate<byte[], byte[]> visitor) {
        byte[] key = entry.getKey().get();
        return entry.getValue().isEmpty()
                || StoreHeader.isOwn(key)
                || visitor.test(key, entry.getValue().get());
    }

    /**
     * Visits entries until {@code visitor} says that it wants no more. A scan that damage cuts short fails: what is not committed
     * comes from memory, so only a committed entry behind the last one that was visited shows that there was none.
     */
    private void scanToEnd(Bytes from, BiPredicate<Bytes, byte[]> visitor) {
        try (KeyValueIterator<Bytes, byte[]> entries = wrapped().range(from, null)) {
            boolean wantsMore = true;
            @Nullable Bytes last = null;
            while (entries.hasNext()) {
                KeyValue<Bytes, byte[]> entry = entries.next();
                boolean isCommitted = !uncommittedKeys.contains(entry.key);
                if (isCommitted) {
                    last = entry.key;
                }
                wantsMore = wantsMore && visitor.test(entry.key, entry.value);
                if (!wantsMore && isCommitted) {
                    return;
                }
            }
            if (wrapped().persistent()) {
                StoreDamage.requireEnd(wrapped(), last, from, uncommittedKeys);
            }
        } catch (ProcessorStateException e) {
            throw answerTo(e);
        }
    }

    /** The smallest key that is greater than every key with {@code prefix}; {@code null} if there is none. */
    private static byte @Nullable [] afterPrefix(byte[] prefix) {
        int last = prefix.length - 1;
        while (last >= 0 && prefix[last] == (byte) 0xFF) {
            last--;
        }
        if (last < 0) {
            return null;
        }
        byte[] end = Arrays.copyOf(prefix, last + 1);
        end[last]++;
        return end;
    }

    /** Called by the task before every commit, including those of a rebalance and of a shutdown. */
    @Override
    public void flushCache() {
        turns.take();
        try {
            owner = Thread.currentThread();
            CommitClock clock = commits.ofThread().clock();
            long began = clock.now();
            try {
                writeBack();
            } catch (ProcessorStateException e) {
                throw answerTo(e);
            }
            super.flushCache();
            clock.wroteBack(began);
        } finally {
            turns.end();
        }
    }

    private void writeBack() {
        recover();
        if (exactlyOnce) {
            writeLate();
        }
        batching = true;
        try {
            for (WriteBackCache cache : caches.values()) {
                cache.writeBack();
            }
            writeBatch();
        } finally {
            batching = false;
        }
        if (exactlyOnce) {
            // What those have pushed out of a cache that were let in between two pages.
            writeLate();
        } else {
            writeWhole();
        }
    }

    /** Called by the task when it becomes a standby, whose restoration bypasses the caches. */
    @Override
    public void clearCache() {
        turns.take();
        try {
            dropUnwritten();
            for (WriteBackCache cache : caches.values()) {
                cache.forget();
            }
            super.clearCache();
        } finally {
            turns.end();
        }
    }

    private void dropUnwritten() {
        late.clear();
        batch.clear();
        cut.clear();
        uncommittedKeys.clear();
        recovered = false;
        if (!exactlyOnce) {
            heldNothing();
        }
    }

    @Override
    public void close() {
        turns.take();
        try {
            dropUnwritten();
            for (WriteBackCache cache : caches.values()) {
                cache.forget();
            }
            caches.clear();
            heldNothing();
            super.close();
        } finally {
            turns.end();
        }
    }

    /** Checks that the task takes the store for a cached one: see the class comment. */
    @Override
    public void init(StateStoreContext context, StateStore root) {
        turns.take();
        try {
            open(context, root);
        } finally {
            turns.end();
        }
    }

    private void open(StateStoreContext context, StateStore root) {
        if (!(root instanceof CachedStateStore)) {
            throw new IllegalStateException(
                    "store " + name() + " is registered as " + root.getClass().getName()
                            + ", which Kafka Streams does not flush before a commit: use the Kafka version that Driftline pins");
        }
        provenance = Provenance.in(context.appConfigs());
        exactlyOnce = Provenance.isExactlyOnce(context.appConfigs());
        transactional = exactlyOnce
                && Boolean.parseBoolean(
                        String.valueOf(context.appConfigs().get(StreamsConfig.TRANSACTIONAL_STATE_STORES_CONFIG)));
        task = context.taskId();
        sent = context instanceof RecordCollector.Supplier collector
                ? () -> collector.recordCollector().flush()
                : () -> {};
        SharedRocksDbMemory.opening();
        try {
            super.init(context, root);
        } catch (ProcessorStateException e) {
            SharedRocksDbMemory.openFailed();
            if (!StoreDamage.isIn(e)) {
                throw e;
            }
            StoreDamage.delete(context, name(), e);
            super.init(context, root);
        }
        if (transactional && !hasOffset(context) && !isEmpty() && !hasOldOffsets(context)) {
            throw new TaskCorruptedException(
                    Set.of(context.taskId()),
                    new ProcessorStateException("store " + name() + " has pages and no offset in its changelog: some of"
                            + " them may never have been committed, so it is restored from the changelog"));
        }
    }

    private boolean hasOffset(StateStoreContext context) {
        String changelog = ProcessorContextUtils.changelogFor(context, name(), true);
        return changelog == null
                || committedOffset(
                                new TopicPartition(changelog, context.taskId().partition()))
                        != null;
    }

    /** Versions of Kafka Streams before 4.3 kept the offsets in a file, which is read after this. */
    private static boolean hasOldOffsets(StateStoreContext context) {
        return new File(context.stateDir(), LegacyCheckpointingStateStore.CHECKPOINT_FILE_NAME).exists();
    }

    private boolean isEmpty() {
        try (KeyValueIterator<Bytes, byte[]> entries = wrapped().all()) {
            return !entries.hasNext();
        }
    }
}
