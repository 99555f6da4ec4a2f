package dev.driftline.scoring;

import dev.driftline.ngram.NgramCounts;
import dev.driftline.prefix.WordPrefix;
import dev.driftline.scoring.messages.ModelFingerprint;
import dev.driftline.scoring.messages.ShardRequest;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Turns documents into one {@link ShardRequest} for each shard: a document at once ({@link #requests}), or several, which are
 * added and then taken together. Not thread-safe.
 */
public final class Scatter {

    /** The most documents of a batch: a shard answers no query meanwhile. */
    public static final int MOST_DOCUMENTS = 64;

    /** The most bytes of a batch, or of a batch of replies: what is more is not sent with less work a byte. */
    public static final int MOST_BYTES = 64 * 1024;

    /** What a request has beside the words and the documents of a batch, in bytes: more than it ever is. */
    private static final int FRAME_BYTES = 64;

    private final ModelSettings settings;
    private final int shards;
    private final ShardRequest.SingleWriter out;

    // The open batch.
    private final int mostBytes;
    private final int mostDocuments;
    private final ShardRequest.BatchWriter[] batches;
    private final Words words = new Words();
    private int partition;
    private int documents;
    /** The requests of a document that is too large to go with others. */
    private Optional<byte[][]> alone = Optional.empty();

    // Kept for the next document.
    private boolean[] needed = new boolean[1024];
    private int[] codes = new int[512];
    private int[] numbers = new int[512];

    /** For requests to {@code shards} shards of the model that {@code settings} say. */
    public Scatter(ModelSettings settings, int shards) {
        this(settings, shards, MOST_BYTES, MOST_DOCUMENTS);
    }

    /**
     * @param mostBytes of a request of several documents
     * @param mostDocuments of a request, 1 or more
     */
    public Scatter(ModelSettings settings, int shards, int mostBytes, int mostDocuments) {
        if (mostDocuments < 1) {
            throw new IllegalArgumentException("a batch of " + mostDocuments + " documents");
        }
        this.settings = settings;
        this.shards = shards;
        this.mostBytes = mostBytes;
        this.mostDocuments = mostDocuments;
        ModelFingerprint model = settings.fingerprint(shards);
        out = new ShardRequest.SingleWriter(model);
        batches = new ShardRequest.BatchWriter[shards];
        for (int shard = 0; shard < shards; shard++) {
            batches[shard] = new ShardRequest.BatchWriter(model);
        }
    }

    /**
     * Makes the requests of one document.
     *
     * @param partition where the replies must go: the document's partition
     * @param ticket what, with the partition, names the document until it is gathered
     * @param learn whether the counts learn the document after it has been scored
     * @param predictions how many next words to predict after the last sentence; 0 for none
     * @param extraCandidates words to consider as next words beside those that the counts propose
     * @return {@code [shards]}: a request for every shard, since each shard's totals are part of every probability
     */
    public byte[][] requests(
            int partition,
            long ticket,
            DocumentTokens document,
            boolean learn,
            int predictions,
            List<String> extraCandidates) {
        DocumentEvents events = new DocumentEvents(document, settings.vocabulary(), shards);
        return requests(events, partition, ticket, learn, predictions, extraCandidates, false);
    }

    /**
     * Makes the requests of a query, which learns nothing, for next words that can be proved to be the best:
     * {@link Candidates#ceilings()} then bound every other word.
     *
     * @param prefix what those words begin with
     */
    public byte[][] proofs(DocumentTokens document, int predictions, List<String> candidates, WordPrefix prefix) {
        DocumentEvents events = new DocumentEvents(document, settings.vocabulary(), shards);
        out.prefix(prefix);
        try {
            return requests(events, 0, 0, false, predictions, candidates, true);
        } finally {
            out.prefix(WordPrefix.NONE);
        }
    }

    /** The same of words that begin with anything. */
    public byte[][] proofs(DocumentTokens document, int predictions, List<String> candidates) {
        return proofs(document, predictions, candidates, WordPrefix.NONE);
    }

    /**
     * Makes the requests to take a document out again, or to look whether it is there. They go alone, after those of all documents
     * before it.
     *
     * @param partition where the replies must go: the document's partition
     * @param ticket what, with the partition, names the document until it is gathered
     * @param take whether a shard that has all of it takes it out; with several shards all are asked first whether they have it
     * @return {@code [shards]}
     */
    public byte[][] retraction(int partition, long ticket, DocumentTokens document, boolean take) {
        DocumentEvents events = new DocumentEvents(document, settings.vocabulary(), shards);
        byte[][] requests = new byte[shards][];
        out.partition(partition);
        for (int shard = 0; shard < shards; shard++) {
            write(events, shard, take ? ShardRequest.TAKES : ShardRequest.CHECKS, ticket, 0, Set.of(), out);
            requests[shard] = out.end();
        }
        return requests;
    }

    private byte[][] requests(
            DocumentEvents events,
            int to,
            long ticket,
            boolean learn,
            int predictions,
            List<String> extraCandidates,
            boolean proves) {
        Set<String> extras = predictions > 0 ? known(extraCandidates) : Set.of();
        byte[][] requests = new byte[shards][];
        out.partition(to);
        for (int shard = 0; shard < shards; shard++) {
            int flags = (learn ? ShardRequest.LEARNS : 0) | (proves ? ShardRequest.PROVES : 0);
            write(events, shard, flags, ticket, predictions, extras, out);
            requests[shard] = out.end();
        }
        return requests;
    }

    /**
     * Adds a document to those that the next {@link #take} sends, with the arguments of {@link #requests}.
     *
     * @return whether it is there; if not, those before must be taken first, and it must be added again
     */
    public boolean add(
            int to,
            long ticket,
            DocumentTokens document,
            boolean learn,
            int predictions,
            List<String> extraCandidates) {
        if (isFull() || documents > 0 && to != partition) {
            return false;
        }
        DocumentEvents events = new DocumentEvents(document, settings.vocabulary(), shards);
        boolean fits;
        try {
            fits = append(events, ticket, learn, predictions, extraCandidates);
        } catch (RuntimeException | StackOverflowError e) {
            back();
            throw e;
        }
        if (fits) {
            for (ShardRequest.BatchWriter batch : batches) {
                batch.mark();
            }
        } else {
            back();
            if (documents > 0) {
                return false;
            }
            alone = Optional.of(requests(events, to, ticket, learn, predictions, extraCandidates, false));
        }
        partition = to;
        documents++;
        return true;
    }

    private boolean append(
            DocumentEvents events, long ticket, boolean learn, int predictions, List<String> extraCandidates) {
        if (documents == 0) {
            words.clear();
        }
        numberEvents(events);
        Set<String> extras = predictions > 0 ? known(extraCandidates) : Set.of();
        for (int shard = 0; shard < shards; shard++) {
            write(events, shard, learn ? ShardRequest.LEARNS : 0, ticket, predictions, extras, batches[shard]);
            if (batches[shard].bytes() > mostBytes - FRAME_BYTES) {
                return false;
            }
        }
        return true;
    }

    private void back() {
        for (ShardRequest.BatchWriter batch : batches) {
            batch.back();
        }
    }

    /** How many documents have been added since the last {@link #take}. */
    public int documents() {
        return documents;
    }

    /** Whether no other document can be added. */
    public boolean isFull() {
        return alone.isPresent() || documents >= mostDocuments;
    }

    /** Forgets the documents that have been added. */
    public void clear() {
        for (ShardRequest.BatchWriter batch : batches) {
            batch.clear();
        }
        alone = Optional.empty();
        documents = 0;
    }

    /**
     * Makes the requests of the documents that have been added, of which there must be one at least, and forgets the documents.
     *
     * @return {@code [shards]}
     */
    public byte[][] take() {
        if (documents == 0) {
            throw new IllegalStateException("no document has been added");
        }
        byte[][] requests;
        if (alone.isPresent()) {
            requests = alone.get();
        } else {
            requests = new byte[shards][];
            for (int shard = 0; shard < shards; shard++) {
                requests[shard] = batches[shard].end(partition, documents);
            }
        }
        clear();
        return requests;
    }

    private void write(
            DocumentEvents events,
            int shard,
            int flags,
            long ticket,
            int predictions,
            Set<String> extras,
            ShardRequest.Writer to) {
        boolean predicts = predictions > 0 && events.shard(events.openNearest()) == shard;
        need(events, shard, predicts);
        to.begin(predicts ? flags | ShardRequest.PREDICTS : flags, ticket, predictions);
        encode(events, predicts, to);
        writeOwned(events.outside(), false, shard, to);
        if (predictions > 0) {
            writeOwned(extras, predicts, shard, to);
        }
    }

    /** Those that can be events, and always {@code </s>} and a {@code <unk>} that is counted as a word is. */
    private Set<String> known(List<String> listed) {
        Set<String> known = new LinkedHashSet<>();
        known.add(DocumentTokens.EOS_WORD);
        if (settings.vocabulary() instanceof Vocabulary.Fixed) {
            known.add(DocumentTokens.UNKNOWN_WORD);
        }
        for (String word : listed) {
            if (!(settings.vocabulary() instanceof Vocabulary.Fixed fixed)
                    || fixed.words().contains(word)
                    || word.equals(DocumentTokens.EOS_WORD)) {
                known.add(word);
            }
        }
        return known;
    }

    /** Notes which positions a shard must be told. */
    private void need(DocumentEvents events, int shard, boolean predicts) {
        int positions = events.positions();
        if (positions > needed.length) {
            needed = new boolean[Math.max(positions, 2 * needed.length)];
        } else {
            Arrays.fill(needed, 0, positions, false);
        }
        int start = 0;
        for (int i = 0; i < positions; i++) {
            if (events.shard(events.at(i)) == shard) {
                needed[i] = true;
                // The word before it, for the continuation count.
                needed[Math.max(start, i - 1)] = true;
            }
            if (events.shard(events.before(i)) == shard) {
                for (int j = Math.max(start, i - settings.order() + 1); j <= i; j++) {
                    needed[j] = true;
                }
            }
            if (events.at(i) == DocumentTokens.EOS) {
                if (predicts && i == positions - 1) {
                    for (int j = Math.max(start, i - settings.order() + 1); j < i; j++) {
                        needed[j] = true;
                    }
                }
                start = i + 1;
            }
        }
    }

    private void encode(DocumentEvents events, boolean predicts, ShardRequest.Writer to) {
        int count = events.count();
        if (count > codes.length) {
            codes = new int[Math.max(count, 2 * codes.length)];
        } else {
            Arrays.fill(codes, 0, count, 0);
        }
        if (count > numbers.length) {
            numbers = new int[codes.length];
        }
        codes[DocumentTokens.EOS] = ShardRequest.EOS_CODE;
        int told = 0;
        int positions = events.positions();
        for (int i = 0; i < positions; i++) {
            int event = events.at(i);
            if (needed[i]) {
                told = i + 1;
                if (event > DocumentTokens.EOS) {
                    codes[event] = 1;
                }
            }
        }
        // Numbered in the order of the document's own words, so that the reply can list unigrams in that order.
        int next = ShardRequest.FIRST_WORD;
        for (int event = 2; event < count; event++) {
            if (codes[event] != 0) {
                codes[event] = next++;
            }
        }
        to.count(next - ShardRequest.FIRST_WORD);
        for (int event = 2; event < count; event++) {
            if (codes[event] != 0) {
                to.word(events.utf8(event), numbers[event]);
            }
        }
        // A shard that forgets must know how long the document is.
        if (predicts || settings.forgetting().isOn()) {
            told = positions;
        }
        // A sentence's end is always told: without it a shard would not know where contexts begin.
        to.count(told);
        for (int i = 0; i < told; i++) {
            int event = events.at(i);
            to.token(event == DocumentTokens.EOS || needed[i] ? codes[event] : ShardRequest.HOLE);
        }
    }

    /** Gives every word of the document its number in the open batch. */
    private void numberEvents(DocumentEvents events) {
        int count = events.count();
        if (count > numbers.length) {
            numbers = new int[Math.max(count, 2 * numbers.length)];
        }
        for (int event = 2; event < count; event++) {
            numbers[event] = words.number(events.utf8(event), events.hash(event));
        }
    }

    /** Writes those of {@code listed} that the shard owns, or all. */
    private void writeOwned(Collection<String> listed, boolean all, int shard, ShardRequest.Writer to) {
        boolean isBatch = to != out;
        int owned = 0;
        byte[][] utf8 = new byte[listed.size()][];
        int[] hashes = new int[listed.size()];
        for (String word : listed) {
            byte[] bytes = word.getBytes(StandardCharsets.UTF_8);
            int hash = NgramCounts.hash(bytes, 0, bytes.length);
            if (all || DocumentEvents.shardOf(hash, shards) == shard) {
                utf8[owned] = bytes;
                hashes[owned++] = hash;
            }
        }
        to.count(owned);
        for (int i = 0; i < owned; i++) {
            to.word(utf8[i], isBatch ? words.number(utf8[i], hashes[i]) : 0);
        }
    }

    /** Numbers words from 0 on. */
    private static final class Words {

        /** A power of two, more than half of which is empty: one more than the number of a word, 0 where there is none. */
        private int[] slots = new int[1 << 11];

        private byte[][] words = new byte[1 << 10][];
        private int[] hashes = new int[1 << 10];
        private int size;

        int number(byte[] word, int hash) {
            int slot = hash & slots.length - 1;
            while (slots[slot] != 0) {
                int number = slots[slot] - 1;
                if (hashes[number] == hash && Arrays.equals(words[number], word)) {
                    return number;
                }
                slot = slot + 1 & slots.length - 1;
            }
            if (size == words.length) {
                grow();
                return number(word, hash);
            }
            words[size] = word;
            hashes[size] = hash;
            slots[slot] = size + 1;
            return size++;
        }

        private void grow() {
            words = Arrays.copyOf(words, 2 * size);
            hashes = Arrays.copyOf(hashes, 2 * size);
            slots = new int[4 * size];
            for (int number = 0; number < size; number++) {
                int slot = hashes[number] & slots.length - 1;
                while (slots[slot] != 0) {
                    slot = slot + 1 & slots.length - 1;
                }
                slots[slot] = number + 1;
            }
        }

        void clear() {
            Arrays.fill(words, 0, size, null);
            Arrays.fill(slots, 0);
            size = 0;
        }
    }
}
