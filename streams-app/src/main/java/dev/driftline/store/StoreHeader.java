package dev.driftline.store;

import dev.driftline.codec.Varints;
import dev.driftline.config.MisconfiguredException;
import dev.driftline.identity.ModelIdentity;
import dev.driftline.identity.Provenance;
import dev.driftline.pages.PageStore;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a store says of itself: of which model it is, and how far it has taken in each topic that its task reads. It is written
 * with the state at every commit, so it is right where the offsets that the consumer group committed were lost: a record that
 * the state has taken in is not taken in again.
 *
 * <p>Of each topic there is the id. A topic of another id was deleted and created again: its offsets begin anew, and positions
 * go on where those of the old one ended, so that a position names one record for good.
 *
 * <table>
 * <caption>Layout, all numbers varints</caption>
 * <tr><th>content</th><th></th></tr>
 * <tr><td>version</td><td>one byte</td></tr>
 * <tr><td>identity</td><td>length and UTF-8 of {@link ModelIdentity#text}</td></tr>
 * <tr><td>number of topics</td><td></td></tr>
 * <tr><td>of each</td><td>length and UTF-8 of its name, and of a partition above 0 that another task reads a space and the
 *     partition; length and 16 bytes of its id, base, next, settled</td></tr>
 * <tr><td>stranded before</td><td>0; in what 0.4.0 wrote, the milliseconds since 1970 before which all was stranded, 0 for
 *     none</td></tr>
 * <tr><td>of each topic, in the same order</td><td>stranded: the position before which what was taken in never gets an answer
 *     that it still lacks, 0 for none; not in what 0.4.0 wrote, which reads the header no further than it needs</td></tr>
 * </table>
 *
 * <p>Stores of 0.3.0 have no header: they get one from the service that first opens them. Used by the stream thread that owns
 * the task.
 */
public final class StoreHeader implements WriteBackCache {

    private static final Logger LOG = LoggerFactory.getLogger(StoreHeader.class);

    private static final int VERSION = 1;

    /**
     * Its key, which no other page has: FF is no letter, no first byte of UTF-8 and none of a ticket, and no length is written
     * as FF 00.
     */
    private static final byte[] KEY = {(byte) 0xFF, 0, 'h', 'e', 'a', 'd', 'e', 'r'};

    private final String name;
    private final PageStore store;
    private final @Nullable Provenance provenance;
    private final boolean exactlyOnce;

    private final Map<String, Progress> topics = new TreeMap<>();
    private boolean loaded;
    private boolean changed;

    /** How far a topic has been taken in. */
    private static final class Progress {

        final Uuid id;
        /** Position of offset 0. */
        final long base;
        /** The offset after the last one that was taken in. */
        long next;
        /** Without transactions: all before it is out. What {@link #reached} was at the write-back before the last. */
        long settled;
        /** The offset after the last one that was taken in since the header was read, or {@link #settled}. */
        long reached;
        /** What {@link #reached} was when the store was written back last. */
        long written;
        /** The position before which what lacks an answer never gets one. */
        long stranded;

        boolean said;

        Progress(Uuid id, long base, long next, long settled, long stranded) {
            this.id = id;
            this.base = base;
            this.next = next;
            this.settled = settled;
            this.stranded = stranded;
            // What is past that was taken in by a life before, whose records may never have come out.
            reached = settled;
            written = settled;
        }

        void strand() {
            stranded = base + next;
        }
    }

    /**
     * @param name of the store, for messages
     * @param provenance what to compare with; null keeps no header, and takes everything for new
     * @param exactlyOnce whether offsets and state are committed together
     */
    public StoreHeader(String name, PageStore store, @Nullable Provenance provenance, boolean exactlyOnce) {
        this.name = name;
        this.store = store;
        this.provenance = provenance;
        this.exactlyOnce = exactlyOnce;
    }

    /** Whether a key of a store is that of its header, which is none of what the store is for. */
    public static boolean isKey(byte[] key) {
        return Arrays.equals(key, KEY);
    }

    /** Whether a key is of a page that the store keeps for itself: the header, or the journal of a write-back. */
    public static boolean isOwn(byte[] key) {
        return isKey(key) || WriteBackJournal.isKey(key);
    }

    /**
     * Takes in the record at {@code offset}, unless the state has taken it in before.
     *
     * @return whether it is new; if not, it must be passed over
     */
    public boolean isNew(String topic, int partition, long offset) {
        return provenance == null || isNew(progress(topic), topic, partition, offset);
    }

    /**
     * As {@link #isNew(String, int, long)}, of a record that another task has read and passed on, so that of one topic there are
     * several partitions here. That of partition 0 goes on where it ended while this task read the topic itself.
     *
     * @param id of the topic that the other task has read
     */
    public boolean isNew(String topic, int partition, long offset, Uuid id) {
        return provenance == null
                || isNew(progress(partition == 0 ? topic : topic + ' ' + partition, id), topic, partition, offset);
    }

    private boolean isNew(Progress progress, String topic, int partition, long offset) {
        // Without transactions the state may be ahead of what was sent. Kafka flushes the producer after each
        // write-back, so
        // what was written back before the last time is out.
        if (offset < (exactlyOnce ? progress.next : progress.settled)) {
            if (!progress.said) {
                progress.said = true;
                LOG.warn(
                        "Passing over records of {}-{} from offset {} on: {} has taken in all before {}. The committed offset"
                                + " of the consumer group was lost or set back",
                        topic,
                        partition,
                        offset,
                        name,
                        progress.next);
            }
            return false;
        }
        progress.reached = Math.max(progress.reached, offset + 1);
        if (offset >= progress.next) {
            progress.next = offset + 1;
            changed = true;
        }
        return true;
    }

    /** As {@link #isNew(String, int, long)}, of the record that a processor is at; true where it came from no topic. */
    public boolean isNew(Optional<RecordMetadata> from) {
        return from.isEmpty()
                || isNew(from.get().topic(), from.get().partition(), from.get().offset());
    }

    /** A number for the record at {@code offset} that no other record of this topic name ever has, and that only rises. */
    public long position(String topic, long offset) {
        return provenance == null ? offset : progress(topic).base + offset;
    }

    /** As {@link #position(String, long)}, where partitions of the topic may have been read by other tasks. */
    public long position(String topic, int partition, long offset) {
        load();
        Progress progress = topics.get(partition == 0 ? topic : topic + ' ' + partition);
        return progress == null ? position(topic, offset) : progress.base + offset;
    }

    /** The offset of a position, or the position where the topic that it was in is gone. */
    public long offset(String topic, long position) {
        if (provenance == null) {
            return position;
        }
        long base = progress(topic).base;
        return position >= base ? position - base : position;
    }

    /**
     * Lets the positions of a topic that was not read so far begin above those of all topics that were: what has waited since
     * then keeps its number to itself.
     */
    public void beginAbove(String topic) {
        if (provenance == null) {
            return;
        }
        load();
        if (!topics.containsKey(topic)) {
            long above = topics.values().stream()
                    .mapToLong(progress -> progress.base + progress.next)
                    .max()
                    .orElse(0);
            topics.put(topic, new Progress(provenance.topics().of(topic), above, 0, 0, 0));
            changed = true;
        }
    }

    /**
     * Notes topics through which the answers to what is in the store come. Where one was deleted and created again since it
     * was noted, what has been asked so far is stranded.
     */
    public void follow(List<String> answers) {
        if (provenance == null) {
            return;
        }
        load();
        boolean isStranded = false;
        for (String topic : answers) {
            Progress before = topics.get(topic);
            Progress after = progress(topic);
            changed |= before == null;
            isStranded |= before != null && before != after;
        }
        if (isStranded) {
            topics.values().forEach(Progress::strand);
        }
    }

    /** Whether anything in the store may lack an answer that it never gets. */
    public boolean hasStranded() {
        return topics.values().stream().anyMatch(progress -> progress.stranded > 0);
    }

    /** Whether what was taken in at a position of {@code topic}, and lacks an answer, never gets it. */
    public boolean isStranded(String topic, long position) {
        Progress progress = topics.get(topic);
        return progress != null && position < progress.stranded;
    }

    /** Notes that nothing is left that never gets an answer. */
    public void nothingStranded() {
        topics.values().forEach(progress -> progress.stranded = 0);
        changed = true;
    }

    private Progress progress(String topic) {
        return progress(
                topic, provenance == null ? Uuid.ZERO_UUID : provenance.topics().of(topic));
    }

    private Progress progress(String topic, Uuid id) {
        load();
        Progress progress = topics.get(topic);
        if (progress == null) {
            progress = new Progress(id, 0, 0, 0, 0);
            topics.put(topic, progress);
        } else if (!progress.id.equals(id) && !id.equals(Uuid.ZERO_UUID) && !progress.id.equals(Uuid.ZERO_UUID)) {
            LOG.warn(
                    "{} was deleted and created again since {} took in its records up to offset {}: its offsets begin anew",
                    topic,
                    name,
                    progress.next);
            progress = new Progress(id, progress.base + progress.next, 0, 0, progress.stranded);
            topics.put(topic, progress);
            changed = true;
        }
        return progress;
    }

    /**
     * The header of a store that has come as far as that of {@code header}, and is of another model.
     *
     * @param header what is stored; null for one that has taken in nothing
     */
    public static byte[] ofModel(ModelIdentity model, byte @Nullable [] header) {
        Varints.Writer out = new Varints.Writer(256);
        if (header == null) {
            out.writeByte(VERSION);
            out.writeBytes(model.text().getBytes(StandardCharsets.UTF_8));
            out.writeInt(0);
            out.writeLong(0);
            return out.toByteArray();
        }
        Varints.Reader in = new Varints.Reader(header);
        requireVersion(in.readByte());
        in.readBytes();
        out.writeByte(VERSION);
        out.writeBytes(model.text().getBytes(StandardCharsets.UTF_8));
        while (in.hasRemaining()) {
            out.writeByte(in.readByte());
        }
        return out.toByteArray();
    }

    /** The key of every header. */
    public static byte[] key() {
        return KEY.clone();
    }

    private static void requireVersion(int version) {
        if (version != VERSION) {
            throw new IllegalStateException("the header of a store has format version " + version
                    + ", and this code reads " + VERSION + ": use the version of Driftline that wrote it");
        }
    }

    /**
     * What a header says, for who reads a store without a service.
     *
     * @param model of which the store is
     * @param topics by name, what the store has taken in
     */
    public record Contents(ModelIdentity model, Map<String, Taken> topics) {

        /** How far {@code topic} has been taken in; nothing of it where the header does not know it. */
        public Taken taken(String topic) {
            return topics.getOrDefault(topic, new Taken(Uuid.ZERO_UUID, 0, 0));
        }
    }

    /**
     * How far a topic has been taken in.
     *
     * @param id the topic's; zero where it is not known
     * @param base position of offset 0: above 0 where a topic of this name was deleted and created again
     * @param next the offset after the last one that was taken in
     */
    public record Taken(Uuid id, long base, long next) {}

    /**
     * The header of a store; empty where it has none.
     *
     * @throws IllegalStateException if another version of Driftline wrote it
     */
    public static Optional<Contents> contents(PageStore store) {
        byte[] bytes = store.get(KEY);
        if (bytes == null) {
            return Optional.empty();
        }
        Varints.Reader in = new Varints.Reader(bytes);
        requireVersion(in.readByte());
        ModelIdentity model = ModelIdentity.parse(new String(in.readBytes(), StandardCharsets.UTF_8));
        Map<String, Taken> topics = new TreeMap<>();
        for (int left = in.readInt(); left > 0; left--) {
            String topic = new String(in.readBytes(), StandardCharsets.UTF_8);
            Varints.Reader id = new Varints.Reader(in.readBytes());
            Uuid uuid = new Uuid(id.readFixedLong(), id.readFixedLong());
            long base = in.readLong();
            long next = in.readLong();
            in.readLong();
            topics.put(topic, new Taken(uuid, base, next));
        }
        return Optional.of(new Contents(model, topics));
    }

    /** The model of a store, for who reads it without a service; empty where it has no header. */
    static Optional<ModelIdentity> model(PageStore store) {
        return contents(store).map(Contents::model);
    }

    /**
     * Reads the header, and compares it with the model of this service.
     *
     * @throws MisconfiguredException if the store is of another model, with what to do about it
     */
    void load() {
        if (loaded || provenance == null) {
            return;
        }
        byte[] bytes = store.get(KEY);
        if (bytes == null) {
            LOG.debug("{} has no header, and gets that of {}", name, provenance.model());
            changed = true;
        } else {
            read(new Varints.Reader(bytes), provenance.model());
        }
        loaded = true;
    }

    private void read(Varints.Reader in, ModelIdentity model) {
        int version = in.readByte();
        if (version != VERSION) {
            throw new MisconfiguredException("the header of " + name + " has format version " + version
                    + ", and this code reads " + VERSION
                    + ": start the version of Driftline that wrote it, or begin with an"
                    + " empty model by `driftline reset`");
        }
        String text = new String(in.readBytes(), StandardCharsets.UTF_8);
        List<String> misfits = model.misfits(ModelIdentity.parse(text));
        if (!misfits.isEmpty()) {
            throw new MisconfiguredException(
                    "the state in " + name + " is of another model: " + String.join("; ", misfits)
                            + ". To begin with an empty model instead, stop every instance and run `driftline reset`");
        }
        changed = !text.equals(model.text());
        List<String> order = new ArrayList<>();
        for (int left = in.readInt(); left > 0; left--) {
            String topic = new String(in.readBytes(), StandardCharsets.UTF_8);
            Varints.Reader id = new Varints.Reader(in.readBytes());
            topics.put(
                    topic,
                    new Progress(
                            new Uuid(id.readFixedLong(), id.readFixedLong()),
                            in.readLong(),
                            in.readLong(),
                            in.readLong(),
                            0));
            order.add(topic);
        }
        boolean isAllStranded = in.hasRemaining() && in.readLong() > 0;
        for (String topic : order) {
            Progress progress = Objects.requireNonNull(topics.get(topic));
            if (in.hasRemaining()) {
                progress.stranded = in.readLong();
            } else if (isAllStranded) {
                progress.strand();
            }
        }
    }

    @Override
    public void writeBack() {
        if (!loaded || !changed || provenance == null) {
            return;
        }
        Varints.Writer out = new Varints.Writer(256);
        out.writeByte(VERSION);
        out.writeBytes(provenance.model().text().getBytes(StandardCharsets.UTF_8));
        out.writeInt(topics.size());
        topics.forEach((topic, progress) -> {
            progress.settled = Math.max(progress.settled, progress.written);
            progress.written = progress.reached;
            out.writeBytes(topic.getBytes(StandardCharsets.UTF_8));
            Varints.Writer id = new Varints.Writer(16);
            id.writeFixedLong(progress.id.getMostSignificantBits());
            id.writeFixedLong(progress.id.getLeastSignificantBits());
            out.writeBytes(id.toByteArray());
            out.writeLong(progress.base);
            out.writeLong(progress.next);
            out.writeLong(progress.settled);
        });
        out.writeLong(0);
        topics.values().forEach(progress -> out.writeLong(progress.stranded));
        store.put(KEY, out.toByteArray());
        changed = false;
    }

    @Override
    public void forget() {
        topics.clear();
        loaded = false;
        changed = false;
    }
}
