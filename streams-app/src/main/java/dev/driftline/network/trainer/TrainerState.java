package dev.driftline.network.trainer;

import dev.driftline.codec.Varints;
import dev.driftline.heap.HeapBudget;
import dev.driftline.heap.HeapUse;
import dev.driftline.neural.online.OnlineSettings;
import dev.driftline.neural.online.OpenRetractions;
import dev.driftline.neural.online.PairedComparison;
import dev.driftline.neural.online.ParentWatch;
import dev.driftline.neural.online.ReplayBuffer;
import dev.driftline.neural.snapshot.SeenText;
import dev.driftline.pages.PageStore;
import dev.driftline.store.WriteBackCache;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What the trainer keeps in its store: the replay buffer, and where it stands. Moves with the partition. */
public final class TrainerState implements WriteBackCache {

    private static final int FORMAT = 2;
    /** Without the watch. */
    private static final int FIRST_FORMAT = 1;

    private static final byte[] KEY = {'t'};

    /** The page of a snapshot that is being published; a state of before 0.4.0 never has it. */
    private static final byte[] PUBLISHING_KEY = {'p'};

    private static final int PUBLISHING_FORMAT = 1;

    /** The page of retractions that a network in use may not honour; a state of before 0.6.0 never has it. */
    private static final byte[] OPEN_KEY = {'o'};

    private static final int OPEN_FORMAT = 1;

    /**
     * A snapshot some chunks of which are on the topic, and whose manifest is not.
     *
     * @param version whose chunks they are
     * @param chunks how many it has
     */
    public record Publishing(String version, int chunks) {}

    private final PageStore store;
    private final ReplayBuffer buffer;
    private boolean loaded;
    private boolean dirty;
    private long number;
    private long tokensAtRound;
    private String active = "";
    private ParentWatch watch = ParentWatch.NONE;
    /** Null until it is read. */
    private @Nullable OpenRetractions open;

    /** As the other constructor, with a budget of its own. */
    public TrainerState(PageStore store, OnlineSettings settings) {
        this(store, settings, new HeapBudget());
    }

    /** @param heap what the buffer may take */
    public TrainerState(PageStore store, OnlineSettings settings, HeapBudget heap) {
        this.store = store;
        buffer = new ReplayBuffer(
                store,
                settings.buffer().newestTokens(),
                settings.buffer().reservoirTokens(),
                settings.seed(),
                heap.account(HeapUse.REPLAY));
    }

    public ReplayBuffer buffer() {
        return buffer;
    }

    /** The number of the last candidate. */
    public long number() {
        load();
        return number;
    }

    /** Tokens that the buffer had been given when the last round began. */
    public long tokensAtRound() {
        load();
        return tokensAtRound;
    }

    /** The version that the trainer last made active or found to be so; empty before the first. */
    public Optional<String> active() {
        load();
        return active.isEmpty() ? Optional.empty() : Optional.of(active);
    }

    /** How the active version has done beside its parent, up to the last round. */
    public ParentWatch watch() {
        load();
        return watch;
    }

    /** Notes that a round has come to its end. */
    public void round(long candidateNumber, long tokensSeen, ParentWatch watchAfter) {
        load();
        watch = watchAfter;
        number = Math.max(number, candidateNumber);
        tokensAtRound = tokensSeen;
        dirty = true;
    }

    /** The snapshot that is being published, or was when the trainer stopped; empty where there is none. */
    public Optional<Publishing> publishing() {
        byte[] page = store.get(PUBLISHING_KEY);
        if (page == null) {
            return Optional.empty();
        }
        Varints.Reader in = new Varints.Reader(page);
        int format = in.readByte();
        if (format != PUBLISHING_FORMAT) {
            throw new IllegalArgumentException("snapshot being published of format version " + format
                    + ", this code reads " + PUBLISHING_FORMAT + ": upgrade Driftline");
        }
        return Optional.of(new Publishing(new String(in.readBytes(), StandardCharsets.UTF_8), in.readInt()));
    }

    /** Notes that chunks of a snapshot are being sent, in the transaction of the first of them. */
    public void begin(Publishing publishing) {
        Varints.Writer out = new Varints.Writer(64);
        out.writeByte(PUBLISHING_FORMAT);
        out.writeBytes(publishing.version().getBytes(StandardCharsets.UTF_8));
        out.writeInt(publishing.chunks());
        store.put(PUBLISHING_KEY, out.toByteArray());
    }

    /** Notes that a snapshot is on the topic whole, or that none of its chunks are. */
    public void endPublishing() {
        store.put(PUBLISHING_KEY, null);
    }

    /** The retractions that a network in use may not honour. */
    public OpenRetractions open() {
        OpenRetractions known = open;
        if (known == null) {
            known = readOpen(store.get(OPEN_KEY));
            open = known;
        }
        return known;
    }

    /** Notes that {@code retractions} may not be honoured by a network in use. */
    public void open(OpenRetractions retractions) {
        if (retractions.equals(open())) {
            return;
        }
        open = retractions;
        if (retractions.isEmpty()) {
            store.put(OPEN_KEY, null);
            return;
        }
        Varints.Writer out = new Varints.Writer(64);
        out.writeByte(OPEN_FORMAT);
        out.writeLong(retractions.newest());
        out.writeInt(retractions.lowest().size());
        retractions.lowest().forEach((input, offset) -> {
            out.writeBytes(input.topic().getBytes(StandardCharsets.UTF_8));
            out.writeInt(input.partition());
            out.writeLong(offset);
        });
        store.put(OPEN_KEY, out.toByteArray());
    }

    private static OpenRetractions readOpen(byte @Nullable [] page) {
        if (page == null) {
            return OpenRetractions.NONE;
        }
        Varints.Reader in = new Varints.Reader(page);
        int format = in.readByte();
        if (format != OPEN_FORMAT) {
            throw new IllegalArgumentException("retractions of the trainer of format version " + format
                    + ", this code reads " + OPEN_FORMAT + ": upgrade Driftline");
        }
        long newest = in.readLong();
        OpenRetractions retractions = OpenRetractions.NONE;
        for (int left = in.readInt(); left > 0; left--) {
            SeenText.Input input = new SeenText.Input(new String(in.readBytes(), StandardCharsets.UTF_8), in.readInt());
            retractions = retractions.plus(newest, input, in.readLong());
        }
        return retractions;
    }

    /** Notes what is active. */
    public void activate(Optional<String> version) {
        load();
        active = version.orElse("");
        dirty = true;
    }

    private void load() {
        if (loaded) {
            return;
        }
        loaded = true;
        byte[] page = store.get(KEY);
        number = 0;
        tokensAtRound = 0;
        active = "";
        watch = ParentWatch.NONE;
        if (page != null) {
            Varints.Reader in = new Varints.Reader(page);
            int format = in.readByte();
            if (format != FORMAT && format != FIRST_FORMAT) {
                throw new IllegalArgumentException("trainer state of format version " + format
                        + ", this code reads up to " + FORMAT + ": upgrade Driftline");
            }
            number = in.readLong();
            tokensAtRound = in.readLong();
            active = new String(in.readBytes(), StandardCharsets.UTF_8);
            if (format >= FORMAT) {
                watch = readWatch(in);
            }
        }
    }

    private static ParentWatch readWatch(Varints.Reader in) {
        String watched = new String(in.readBytes(), StandardCharsets.UTF_8);
        String parent = new String(in.readBytes(), StandardCharsets.UTF_8);
        long comparedTo = in.readLong();
        long documents = in.readLong();
        PairedComparison sums = new PairedComparison(
                documents,
                in.readDouble(),
                in.readDouble(),
                in.readDouble(),
                in.readDouble(),
                in.readDouble(),
                in.readDouble(),
                in.readDouble());
        // Of a version that kept the sums of a network that had overflowed.
        return new ParentWatch(watched, parent, sums.isFinite() ? sums : PairedComparison.NONE, comparedTo);
    }

    private static void write(ParentWatch watch, Varints.Writer out) {
        out.writeBytes(watch.active().getBytes(StandardCharsets.UTF_8));
        out.writeBytes(watch.parent().getBytes(StandardCharsets.UTF_8));
        out.writeLong(watch.comparedTo());
        PairedComparison sums = watch.comparison();
        out.writeLong(sums.documents());
        out.writeDouble(sums.tokens());
        out.writeDouble(sums.units());
        out.writeDouble(sums.candidateBits());
        out.writeDouble(sums.incumbentBits());
        out.writeDouble(sums.tokensSquared());
        out.writeDouble(sums.products());
        out.writeDouble(sums.differencesSquared());
    }

    @Override
    public void writeBack() {
        buffer.writeBack();
        if (dirty) {
            Varints.Writer out = new Varints.Writer(64);
            out.writeByte(FORMAT);
            out.writeLong(number);
            out.writeLong(tokensAtRound);
            out.writeBytes(active.getBytes(StandardCharsets.UTF_8));
            write(watch, out);
            store.put(KEY, out.toByteArray());
            dirty = false;
        }
    }

    @Override
    public void forget() {
        buffer.forget();
        open = null;
        loaded = false;
        dirty = false;
    }
}
