package dev.driftline.neural.online;

import dev.driftline.codec.SplitMix64;
import dev.driftline.codec.Varints;
import dev.driftline.heap.HeapAccount;
import dev.driftline.heap.HeapBudget;
import dev.driftline.heap.HeapUse;
import dev.driftline.neural.snapshot.SeenText;
import dev.driftline.pages.PageStore;
import dev.driftline.scoring.DocumentTokens;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The text that networks are trained on: the newest documents, and a uniform sample of all older ones, each bounded in
 * tokens.
 *
 * <p>A document that leaves the newest ones gets a priority that depends only on its position and the seed. The sample is
 * the documents of the lowest priorities that fit (bottom-k sampling): each document is drawn with the same probability, as
 * with Vitter's algorithm R, and no random state has to be stored.
 *
 * <p>A document is one page of the store and is written once, when it is added. A header page says where the newest begin.
 * Positions and word counts are in memory, read from the pages on first use. Not thread-safe.
 *
 * <p>A document that is taken out is gone from newest and sample at once. The places of the last {@value #REMEMBERED} that
 * were taken out are remembered, so that a document that comes a second time afterwards is not added.
 *
 * <table>
 * <caption>Layout of a document's page, all numbers varints</caption>
 * <tr><th>content</th><th></th></tr>
 * <tr><td>version</td><td>one byte; 1 has only the version and the document</td></tr>
 * <tr><td>place</td><td>length and UTF-8 of the input topic, 0 for none; partition; offset</td></tr>
 * <tr><td>hash of its id</td><td>8 bytes</td></tr>
 * <tr><td>document</td><td>length, and as {@link DocumentTokens#encode()} writes it</td></tr>
 * </table>
 */
public final class ReplayBuffer {

    /** A document without its text. */
    private record Entry(long position, long priority, int tokens, SeenText.@Nullable Place place, long id) {}

    /** A page of the store. */
    private record Page(DocumentTokens document, SeenText.@Nullable Place place, long id) {}

    /**
     * What became of a retraction.
     *
     * @param documents how many documents were in the buffer and are gone
     * @param from the lowest offset that the document may have in its partition; its own where that is known
     */
    public record Retracted(int documents, long from) {}

    /** Of the header, and of documents without a place. */
    private static final int FIRST_FORMAT = 1;

    private static final int FORMAT = 2;

    /** How many documents are remembered that were taken out. */
    static final int REMEMBERED = 1000;

    private static final int RETRACTED_FORMAT = 1;
    private static final byte[] RETRACTED_KEY = {'r'};
    private static final byte DOCUMENT = 'd';
    private static final byte[] HEADER_KEY = {'h'};

    /** Heap of a word in the counts, beside its characters, and of a document in the order of its part. */
    private static final long WORD_BYTES = 128;

    private static final long DOCUMENT_BYTES = 144;

    private final HeapAccount heap;
    private final PageStore store;
    private final long newestTokens;
    private final long reservoirTokens;
    private final long seed;

    private final Deque<Entry> newest = new ArrayDeque<>();
    private final TreeSet<Entry> reservoir = new TreeSet<>((a, b) -> {
        int order = Long.compareUnsigned(a.priority(), b.priority());
        return order != 0 ? order : Long.compare(a.position(), b.position());
    });
    private final Map<String, int[]> counts = new HashMap<>();
    /** Places of documents that were taken out, the oldest first. */
    private final Set<SeenText.Place> retracted = new LinkedHashSet<>();

    private boolean loaded;
    private boolean dirty;
    private boolean retractedDirty;
    private long tokensInNewest;
    private long tokensInReservoir;
    private long end;
    private long documentsSeen;
    private long tokensSeen;

    /**
     * Opens the buffer in {@code store}.
     *
     * @param newestTokens most tokens of the newest documents; the last document is kept whatever its size
     * @param reservoirTokens most tokens of older documents; a longer document is never among them
     * @param seed of the sample
     */
    public ReplayBuffer(PageStore store, long newestTokens, long reservoirTokens, long seed) {
        this(store, newestTokens, reservoirTokens, seed, new HeapBudget().account(HeapUse.REPLAY));
    }

    /**
     * As the other constructor, within a budget.
     *
     * @param heap what positions and word counts may take; past it there are fewer documents than the tokens allow, of the
     *     older ones first
     */
    public ReplayBuffer(PageStore store, long newestTokens, long reservoirTokens, long seed, HeapAccount heap) {
        if (newestTokens < 1 || reservoirTokens < 0) {
            throw new IllegalArgumentException(
                    newestTokens + " newest tokens and " + reservoirTokens + " older ones: expected at least 1 and 0");
        }
        this.heap = heap;
        this.store = store;
        this.newestTokens = newestTokens;
        this.reservoirTokens = reservoirTokens;
        this.seed = seed;
    }

    /**
     * Adds the next document.
     *
     * @param position rises from document to document
     * @return false if a document at that position or a later one was added before; nothing is added then
     */
    public boolean add(long position, DocumentTokens document) {
        return add(position, document, "", Optional.empty());
    }

    /**
     * Adds the next document, unless it was taken out before.
     *
     * @param position rises from document to document
     * @param id its producer's name for it
     * @param place where it was read from; empty where that is not known
     * @return false if a document at that position or a later one was added before, or it was taken out; nothing is added then
     */
    public boolean add(long position, DocumentTokens document, String id, Optional<SeenText.Place> place) {
        load();
        if (position < end) {
            return false;
        }
        if (place.filter(retracted::contains).isPresent()) {
            end = position + 1;
            dirty = true;
            return false;
        }
        int tokens = document.tokens().length;
        SeenText.Place from = place.orElse(null);
        long hash = hash(id);
        store.put(documentKey(position), encode(document, from, hash));
        newest.addLast(new Entry(position, priority(position), tokens, from, hash));
        heap.add(DOCUMENT_BYTES);
        tokensInNewest += tokens;
        count(document, 1);
        end = position + 1;
        documentsSeen++;
        tokensSeen += tokens;
        dirty = true;
        while (tokensInNewest > newestTokens && newest.size() > 1) {
            Entry oldest = newest.removeFirst();
            tokensInNewest -= oldest.tokens();
            offer(oldest);
        }
        shrink();
        return true;
    }

    /**
     * Takes a document out: by its place; where its offset is not known by its id, among the documents of its partition; and
     * where the buffer does not know a document's place, by its text.
     *
     * @param position of the retraction: rises, as that of a document does
     * @return empty if a document or retraction at that position or a later one came before
     */
    public Optional<Retracted> retract(long position, RetractedDocument document) {
        load();
        if (position < end) {
            return Optional.empty();
        }
        end = position + 1;
        dirty = true;
        long id = hash(document.id());
        List<Entry> found = new ArrayList<>();
        Predicate<Entry> isIt = entry -> isDocument(entry, document, id);
        newest.stream().filter(isIt).forEach(found::add);
        reservoir.stream().filter(isIt).forEach(found::add);
        OptionalLong lowest = document.offset();
        for (Entry entry : found) {
            if (reservoir.remove(entry)) {
                tokensInReservoir -= entry.tokens();
            } else {
                newest.remove(entry);
                tokensInNewest -= entry.tokens();
            }
            drop(entry);
            SeenText.Place place = entry.place();
            if (place != null && document.offset().isEmpty()) {
                lowest = OptionalLong.of(Math.min(lowest.orElse(Long.MAX_VALUE), place.offset()));
                remember(place);
            }
        }
        document.offset().ifPresent(offset -> remember(new SeenText.Place(document.input(), offset)));
        return Optional.of(new Retracted(found.size(), lowest.orElse(0)));
    }

    private boolean isDocument(Entry entry, RetractedDocument document, long id) {
        SeenText.Place place = entry.place();
        if (place == null) {
            return entry.tokens() == document.document().tokens().length && isSame(read(entry), document.document());
        }
        return place.input().equals(document.input())
                && (document.offset().isPresent()
                        ? place.offset() == document.offset().getAsLong()
                        : entry.id() == id);
    }

    private static boolean isSame(DocumentTokens one, DocumentTokens other) {
        return Arrays.equals(one.tokens(), other.tokens()) && Arrays.equals(one.words(), other.words());
    }

    private void remember(SeenText.Place place) {
        retractedDirty |= retracted.add(place);
        if (retracted.size() > REMEMBERED) {
            Iterator<SeenText.Place> oldestFirst = retracted.iterator();
            oldestFirst.next();
            oldestFirst.remove();
        }
    }

    /** Drops documents until the rest have room on the heap. */
    private void shrink() {
        while (heap.isOver() && documents() > 1) {
            if (reservoir.isEmpty()) {
                Entry oldest = newest.removeFirst();
                tokensInNewest -= oldest.tokens();
                drop(oldest);
                dirty = true;
            } else {
                Entry last = reservoir.last();
                reservoir.remove(last);
                tokensInReservoir -= last.tokens();
                drop(last);
            }
        }
    }

    private void offer(Entry entry) {
        if (entry.tokens() > reservoirTokens) {
            drop(entry);
            return;
        }
        reservoir.add(entry);
        tokensInReservoir += entry.tokens();
        while (tokensInReservoir > reservoirTokens) {
            Entry last = reservoir.last();
            reservoir.remove(last);
            tokensInReservoir -= last.tokens();
            drop(last);
        }
    }

    private void drop(Entry entry) {
        heap.add(-DOCUMENT_BYTES);
        count(read(entry), -1);
        store.put(documentKey(entry.position()), null);
    }

    /** The position after the last document; 0 before the first. */
    public long end() {
        load();
        return end;
    }

    /** How many documents were ever added. */
    public long documentsSeen() {
        load();
        return documentsSeen;
    }

    /** How many tokens were ever added, {@code </s>} included. */
    public long tokensSeen() {
        load();
        return tokensSeen;
    }

    /** How many documents are in the buffer, newest and older. */
    public int documents() {
        load();
        return newest.size() + reservoir.size();
    }

    /** How many tokens are in the buffer, of the newest and of the older documents. */
    public long tokens() {
        load();
        return tokensInNewest + tokensInReservoir;
    }

    /** The positions of the sample of older documents, ascending. */
    public List<Long> olderPositions() {
        load();
        return reservoir.stream().map(Entry::position).sorted().toList();
    }

    /** Tokens of the newest documents at {@code position} and after it. */
    public long tokensSince(long position) {
        load();
        long tokens = 0;
        Iterator<Entry> latestFirst = newest.descendingIterator();
        while (latestFirst.hasNext()) {
            Entry entry = latestFirst.next();
            if (entry.position() < position) {
                break;
            }
            tokens += entry.tokens();
        }
        return tokens;
    }

    /**
     * The text for the next round.
     *
     * @param from the position up to which the incumbent was trained, exclusive
     * @param holdOutTokens tokens to hold out, of the newest documents from {@code from} on; 0 for none
     * @param freshTokens most tokens of fresh documents, apart from the one that completes them; untrained text before them
     *     counts as older
     * @param replay tokens of older documents as a multiple of the fresh ones
     * @param draw number that the choice of older documents depends on, besides the seed
     */
    public TrainingBatch batch(long from, long holdOutTokens, long freshTokens, double replay, long draw) {
        load();
        List<Entry> fresh = new ArrayList<>();
        List<Entry> heldOut = new ArrayList<>();
        List<Entry> older = new ArrayList<>(reservoir);
        long held = 0;
        long taken = 0;
        Iterator<Entry> latestFirst = newest.descendingIterator();
        while (latestFirst.hasNext()) {
            Entry entry = latestFirst.next();
            if (entry.position() < from) {
                older.add(entry);
            } else if (held < holdOutTokens) {
                heldOut.add(entry);
                held += entry.tokens();
            } else if (taken < freshTokens) {
                fresh.add(entry);
                taken += entry.tokens();
            } else {
                older.add(entry);
            }
        }
        Collections.reverse(fresh);
        Collections.reverse(heldOut);
        // By position first, so that the draw depends on the content of the buffer and not on its order.
        older.sort((a, b) -> Long.compare(a.position(), b.position()));
        Random random = new Random(SplitMix64.mix(seed ^ SplitMix64.mix(draw)));
        Collections.shuffle(older, random);
        // If all new text is in one document, the round cuts that: part of the held-out text is trained on.
        List<Entry> taught = fresh.isEmpty() ? heldOut : fresh;
        double wanted = replay * taught.stream().mapToLong(Entry::tokens).sum();
        List<Entry> replayed = new ArrayList<>();
        for (Entry entry : older) {
            // The last is taken with the probability that meets the share on average, whatever the sizes.
            if (random.nextDouble() * entry.tokens() < wanted) {
                replayed.add(entry);
            }
            wanted -= entry.tokens();
            if (wanted <= 0) {
                break;
            }
        }
        Map<String, Integer> frozen = new HashMap<>(counts.size() * 2);
        counts.forEach((word, count) -> frozen.put(word, count[0]));
        return new TrainingBatch(
                read(fresh),
                read(replayed),
                read(heldOut),
                frozen,
                end,
                documentsSeen,
                tokensSeen,
                List.copyOf(retracted));
    }

    /** Writes the header to the store, and what was taken out, if they changed. */
    public void writeBack() {
        if (retractedDirty) {
            Varints.Writer out = new Varints.Writer(16 * retracted.size() + 16);
            out.writeByte(RETRACTED_FORMAT);
            out.writeInt(retracted.size());
            retracted.forEach(place -> write(place, out));
            store.put(RETRACTED_KEY, out.toByteArray());
            retractedDirty = false;
        }
        if (dirty) {
            Varints.Writer out = new Varints.Writer(64);
            out.writeByte(FIRST_FORMAT);
            out.writeLong(newest.isEmpty() ? end : newest.getFirst().position());
            out.writeLong(end);
            out.writeLong(documentsSeen);
            out.writeLong(tokensSeen);
            store.put(HEADER_KEY, out.toByteArray());
            dirty = false;
        }
    }

    /** Drops the memory; it is read again from the store on next use. */
    public void forget() {
        newest.clear();
        reservoir.clear();
        counts.clear();
        retracted.clear();
        heap.close();
        tokensInNewest = 0;
        tokensInReservoir = 0;
        loaded = false;
        dirty = false;
        retractedDirty = false;
    }

    private void load() {
        if (loaded) {
            return;
        }
        loaded = true;
        byte[] header = store.get(HEADER_KEY);
        if (header == null) {
            end = 0;
            documentsSeen = 0;
            tokensSeen = 0;
            return;
        }
        Varints.Reader in = new Varints.Reader(header);
        checkFormat(in.readByte());
        loadRetracted();
        long newestFrom = in.readLong();
        end = in.readLong();
        documentsSeen = in.readLong();
        tokensSeen = in.readLong();
        List<Entry> older = new ArrayList<>();
        store.scan(new byte[] {DOCUMENT}, (key, page) -> {
            long position = ByteBuffer.wrap(key, 1, Long.BYTES).getLong();
            if (position >= end) {
                // Under at-least-once, a crash may have left documents behind that will be added again.
                return;
            }
            Page read = decode(page);
            count(read.document(), 1);
            heap.add(DOCUMENT_BYTES);
            Entry entry =
                    new Entry(position, priority(position), read.document().tokens().length, read.place(), read.id());
            if (position >= newestFrom) {
                newest.addLast(entry);
                tokensInNewest += entry.tokens();
            } else {
                older.add(entry);
            }
        });
        // The bounds may differ from those at writing.
        older.forEach(this::offer);
        while (tokensInNewest > newestTokens && newest.size() > 1) {
            Entry oldest = newest.removeFirst();
            tokensInNewest -= oldest.tokens();
            offer(oldest);
            dirty = true;
        }
        shrink();
    }

    private void loadRetracted() {
        byte[] page = store.get(RETRACTED_KEY);
        if (page == null) {
            return;
        }
        Varints.Reader in = new Varints.Reader(page);
        int format = in.readByte();
        if (format != RETRACTED_FORMAT) {
            throw new IllegalArgumentException("retractions in the replay buffer of format version " + format
                    + ", this code reads " + RETRACTED_FORMAT + ": upgrade Driftline");
        }
        for (int left = in.readInt(); left > 0; left--) {
            SeenText.Place place = place(in);
            if (place != null) {
                retracted.add(place);
            }
        }
    }

    private void count(DocumentTokens document, int by) {
        String[] words = document.words();
        for (int token : document.tokens()) {
            if (token == DocumentTokens.EOS) {
                continue;
            }
            String word = words[token];
            int[] count = counts.get(word);
            if (count == null) {
                count = new int[1];
                counts.put(word, count);
                heap.add(WORD_BYTES + 2L * word.length());
            }
            count[0] += by;
            if (count[0] == 0) {
                counts.remove(word);
                heap.add(-WORD_BYTES - 2L * word.length());
            }
        }
    }

    private List<BufferedDocument> read(List<Entry> entries) {
        List<BufferedDocument> documents = new ArrayList<>(entries.size());
        for (Entry entry : entries) {
            documents.add(new BufferedDocument(entry.position(), read(entry), Optional.ofNullable(entry.place())));
        }
        return documents;
    }

    private DocumentTokens read(Entry entry) {
        byte[] page = store.get(documentKey(entry.position()));
        if (page == null) {
            throw new IllegalStateException("the replay buffer has lost its document " + entry.position()
                    + ": its store and its header do not match");
        }
        return decode(page).document();
    }

    private static byte[] encode(DocumentTokens document, SeenText.@Nullable Place place, long id) {
        byte[] encoded = document.encode();
        Varints.Writer out = new Varints.Writer(encoded.length + 48);
        out.writeByte(FORMAT);
        write(place, out);
        out.writeFixedLong(id);
        out.writeBytes(encoded);
        return out.toByteArray();
    }

    private static Page decode(byte[] page) {
        checkFormat(page[0]);
        if (page[0] == FIRST_FORMAT) {
            return new Page(DocumentTokens.decode(Arrays.copyOfRange(page, 1, page.length)), null, 0);
        }
        Varints.Reader in = new Varints.Reader(page);
        in.readByte();
        SeenText.Place place = place(in);
        long id = in.readFixedLong();
        return new Page(DocumentTokens.decode(in.readBytes()), place, id);
    }

    private static void write(SeenText.@Nullable Place place, Varints.Writer out) {
        if (place == null) {
            out.writeInt(0);
            return;
        }
        out.writeBytes(place.input().topic().getBytes(StandardCharsets.UTF_8));
        out.writeInt(place.input().partition());
        out.writeLong(place.offset());
    }

    private static SeenText.@Nullable Place place(Varints.Reader in) {
        byte[] topic = in.readBytes();
        if (topic.length == 0) {
            return null;
        }
        // There are two input topics, and a name for each document.
        String name = new String(topic, StandardCharsets.UTF_8).intern();
        return new SeenText.Place(name, in.readInt(), in.readLong());
    }

    /** Of an id, so that an id that names a person is not kept. */
    private static long hash(String id) {
        long hash = id.length();
        for (int i = 0; i < id.length(); i++) {
            hash = SplitMix64.mix(hash ^ id.charAt(i));
        }
        return hash;
    }

    private static void checkFormat(int format) {
        if (format != FORMAT && format != FIRST_FORMAT) {
            throw new IllegalArgumentException("replay buffer of format version " + format + ", this code reads up to "
                    + FORMAT + ": upgrade Driftline");
        }
    }

    private static byte[] documentKey(long position) {
        return ByteBuffer.allocate(1 + Long.BYTES)
                .put(DOCUMENT)
                .putLong(position)
                .array();
    }

    private long priority(long position) {
        return SplitMix64.mix(SplitMix64.mix(seed) + position);
    }
}
