package dev.driftline.scoring.messages;

import dev.driftline.codec.MalformedBytesException;
import dev.driftline.codec.Varints;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * What one shard answers about one document: its totals, and what it has of the words and positions that it owns. It lists
 * values in the order of the document and does not repeat the document, so it can be read only beside it. What it answers to
 * a batch of {@link ShardRequest} goes as a batch of replies.
 *
 * <table>
 * <caption>Layout of a reply to one document, version 3: varints, little-endian floats, and strings as a length and UTF-8</caption>
 * <tr><th>field</th><th>type</th><th>content</th></tr>
 * <tr><td>kind</td><td>byte</td><td>{@code 'R'}</td></tr>
 * <tr><td>version</td><td>byte</td><td>3</td></tr>
 * <tr><td>model</td><td>8 bytes</td><td>{@link ModelFingerprint}, little endian</td></tr>
 * <tr><td>flags</td><td>byte</td><td>2: next words follow the positions; 4: their context is this shard's; 8: a
 *     proof was asked for</td></tr>
 * <tr><td>partition</td><td>varint</td><td>of the document: where the reply must go</td></tr>
 * <tr><td>ticket</td><td>varint</td><td>what, with the partition, names the document until it is gathered</td></tr>
 * <tr><td>shard</td><td>varint</td><td>whose reply this is</td></tr>
 * <tr><td>totals</td><td>13 varints</td><td>raw total, continuation total, raw types, continuation types, types other than
 *     {@code </s>}; then t1 of raw and of continuation unigrams, and t2 … t4 likewise; with a background a 14th, how many of
 *     the types it has</td></tr>
 * <tr><td>unigrams</td><td>2 varints each</td><td>of each owned event, in the document's order: raw count, continuation
 *     count, and where the raw count is 0 the bits to spell it (float)</td></tr>
 * <tr><td>outside</td><td>count, floats</td><td>the bits to spell each word that the request lists as outside</td></tr>
 * <tr><td>positions</td><td>byte, floats each</td><td>of each owned position, in order: matched length &lt;&lt; 3 | pairs,
 *     then that many pairs of α and γ</td></tr>
 * <tr><td>open</td><td>as a position</td><td>only with flag 4: of a word that never followed; then the highest α of a word that
 *     is not listed below, a float for each of the N − 1 pairs, 1 where it is not known</td></tr>
 * <tr><td>unlisted</td><td>2 varints</td><td>only with flag 2: the highest raw and continuation count of a word of this shard's
 *     that is not listed below; 0 where all are</td></tr>
 * <tr><td>next words</td><td>count, then each</td><td>only with flag 2: string; byte: 1, unigram, 2, position, 4, share; then what
 *     the byte says: raw and continuation count of a word of this shard's; its share of this shard's bigrams (float), of a
 *     word of another's; as a position</td></tr>
 * <tr><td>checksum</td><td>4 bytes</td><td>CRC-32C of all bytes before, little endian</td></tr>
 * </table>
 *
 * <table>
 * <caption>Layout of a batch, version 4. Several answer a request where one would be too large</caption>
 * <tr><th>field</th><th>type</th><th>content</th></tr>
 * <tr><td>kind, version, model</td><td>10 bytes</td><td>{@code 'R'}, 4, as above</td></tr>
 * <tr><td>partition</td><td>varint</td><td>of the documents: where the replies must go</td></tr>
 * <tr><td>replies</td><td>each, up to the checksum</td><td>kind and version of a reply of version 3 or of a {@link ShardFailure}
 *     (bytes), a length, and what such a message has after its model and before its checksum</td></tr>
 * <tr><td>checksum</td><td>4 bytes</td><td>CRC-32C of all bytes before, little endian</td></tr>
 * </table>
 *
 * <p>{@link #split} makes messages of version 3 of it, which is also how a reply is kept while others are missing.
 *
 * <p>A reply of Driftline 0.1 is refused for the reason that {@link ShardRequest} gives.
 *
 * <p>An object of this class reads one reply from front to back, once. Not thread-safe.
 */
public final class ShardReply {

    static final byte KIND = 'R';
    static final int VERSION = 3;
    static final int BATCH_VERSION = 4;

    private static final int NEXT_WORDS = 2;
    private static final int CONTEXT = 4;
    private static final int PROOF = 8;

    /** With a next word: its unigram counts. */
    public static final int UNIGRAM = 1;

    /** With a next word: α and γ of its position. */
    public static final int POSITION = 2;

    /** With a next word: its share of the shard's bigrams. */
    public static final int SHARE = 4;

    /** A next word: a length, and what follows. */
    private static final int NEXT_WORD_BYTES = 2;

    private static final ShardMessage MESSAGE = new ShardMessage(KIND, VERSION, "shard reply");
    private static final ShardMessage BATCH = new ShardMessage(KIND, BATCH_VERSION, "shard reply");

    /** What a batch has beside what it is made of: its head, its partition and its checksum. */
    private static final int BATCH_BYTES = 10 + 5 + Integer.BYTES;

    /** What a batch has of a reply beside its body: kind, version and length. */
    private static final int ENTRY_BYTES = 2 + 5;

    private final Varints.Reader in;
    private final int maxPairs;
    private final ReplyHead head;

    private int pairs;
    private int matched;
    private int what;

    private ShardReply(Varints.Reader in, ModelFingerprint model) {
        this.in = in;
        maxPairs = model.order() - 1;
        head = ReplyHead.read(in, model, MESSAGE.name());
    }

    /**
     * Opens a reply.
     *
     * @throws ShardMessageException if it is not a whole reply of {@code model}
     */
    public static ShardReply open(byte[] reply, ModelFingerprint model) {
        try {
            return new ShardReply(MESSAGE.open(reply, model), model);
        } catch (MalformedBytesException e) {
            throw ShardMessageException.endsEarly(MESSAGE.name(), e);
        }
    }

    /** A reader of partition, ticket and shard. */
    private static Varints.Reader address(byte[] reply) {
        ShardMessage message = ShardFailure.is(reply)
                ? ShardFailure.MESSAGE
                : ShardRetraction.is(reply) ? ShardRetraction.MESSAGE : MESSAGE;
        Varints.Reader in = message.body(reply);
        in.skip(1);
        return in;
    }

    /**
     * The partition that a reply, a batch of them, a {@link ShardFailure} or a {@link ShardRetraction} names.
     *
     * @throws ShardMessageException if it is of another kind or version
     */
    public static int partitionOf(byte[] reply) {
        return BATCH.isAtHeadOf(reply)
                ? BATCH.body(reply).readInt()
                : address(reply).readInt();
    }

    /**
     * The replies and failures of a message, each as a message of its own.
     *
     * @param message a batch; anything else is all that comes of it, as it is
     * @throws ShardMessageException if it is a batch, but not a whole one of {@code model}
     */
    public static List<byte[]> split(byte[] message, ModelFingerprint model) {
        if (!BATCH.isAtHeadOf(message)) {
            return List.of(message);
        }
        List<byte[]> replies = new ArrayList<>();
        Varints.Reader in = BATCH.open(message, model);
        Varints.Writer out = new Varints.Writer(message.length);
        try {
            in.readInt();
            while (in.hasRemaining()) {
                int kind = in.readByte();
                int version = in.readByte();
                if (!(kind == KIND && version == VERSION
                        || kind == ShardFailure.KIND && version == ShardFailure.FORMAT)) {
                    throw ShardMessageException.inconsistent(
                            BATCH.name(), "a reply has kind " + kind + " and version " + version);
                }
                int length = in.readInt();
                int from = in.position();
                in.skip(length);
                out.reset();
                out.writeByte(kind);
                out.writeByte(version);
                out.append(message, 2, Long.BYTES);
                out.append(message, from, length);
                replies.add(ShardMessage.end(out));
            }
        } catch (MalformedBytesException e) {
            throw ShardMessageException.endsEarly(BATCH.name(), e);
        }
        return replies;
    }

    /**
     * The shard that a reply, a {@link ShardFailure} or a {@link ShardRetraction} comes from.
     *
     * @throws ShardMessageException if it is of another kind or version
     */
    public static int shardOf(byte[] reply) {
        Varints.Reader in = address(reply);
        in.readInt();
        in.readLong();
        return in.readInt();
    }

    /** The partition of the document. */
    public int partition() {
        return head.partition();
    }

    /** What, with the partition, names the document. */
    public long ticket() {
        return head.ticket();
    }

    /** The shard that it comes from, from 0. */
    public int shard() {
        return head.shard();
    }

    /** Adds the totals to {@code sums}. */
    public void addTotals(UnigramTotals sums) {
        sums.add(in);
    }

    /** The next varint: a raw count, then a continuation count, of a unigram or a candidate. */
    public long count() {
        return in.readLong();
    }

    /** The next float: bits of a spelling, or the share of a candidate. */
    public float number() {
        return in.readFloat();
    }

    /** Begins the words outside the vocabulary; returns how many follow. */
    public int outside() {
        return in.readCount(Float.BYTES);
    }

    /** Begins a position: what it says is {@link #matched()} and {@link #pairs()}, and α and γ of each pair follow. */
    public void position() {
        int head = in.readByte();
        matched = head >> 3;
        pairs = head & 7;
        if (matched > maxPairs || pairs > maxPairs || pairs == 0 && maxPairs > 0) {
            throw ShardMessageException.inconsistent(
                    MESSAGE.name(),
                    "a context of " + matched + " words has " + pairs + " pairs under order " + (maxPairs + 1));
        }
    }

    /** The length of the longest context seen, in words. */
    public int matched() {
        return matched;
    }

    /** How many pairs of α and γ follow the head of a position. */
    public int pairs() {
        return pairs;
    }

    /** Whether next words follow the positions. */
    public boolean hasNextWords() {
        return head.has(NEXT_WORDS);
    }

    /** Whether the context of the next word is this shard's, so that {@link #position()} of a word that never followed comes first,
     * and a bound of α, a {@link #number()}, for each pair. */
    public boolean hasContext() {
        return head.has(CONTEXT);
    }

    /** Whether words of which not all is known must be bounded, not estimated. */
    public boolean isProof() {
        return head.has(PROOF);
    }

    /** Begins the next words; returns how many follow. */
    public int nextWords() {
        return in.readCount(NEXT_WORD_BYTES);
    }

    /** The word with which a next word begins; {@link #has} then says what follows. */
    public String word() {
        String word = new String(in.readBytes(), StandardCharsets.UTF_8);
        what = in.readByte();
        if ((what & ~(UNIGRAM | POSITION | SHARE)) != 0) {
            throw ShardMessageException.inconsistent(MESSAGE.name(), "a next word has parts " + what);
        }
        return word;
    }

    /** Whether a part of the next word follows. */
    public boolean has(int part) {
        return (what & part) != 0;
    }

    /** Checks that everything has been read. */
    public void end() {
        if (in.hasRemaining()) {
            throw ShardMessageException.inconsistent(
                    MESSAGE.name(), in.remaining() + " bytes are left that the document does not account for");
        }
    }

    /** Writes replies one after the other, each field in the order of the layout. Not thread-safe. */
    public static final class Writer {

        private final ModelFingerprint model;
        private final int shard;
        private final Varints.Writer out = new Varints.Writer(1 << 14);

        public Writer(ModelFingerprint model, int shard) {
            this.model = model;
            this.shard = shard;
        }

        /**
         * @param nextWords whether they will follow the positions
         * @param context whether their context is this shard's
         * @param proof whether a proof was asked for
         */
        public void begin(
                boolean nextWords, boolean context, boolean proof, int partition, long ticket, UnigramTotals totals) {
            MESSAGE.begin(out, model);
            int flags = (nextWords ? NEXT_WORDS : 0) | (context ? CONTEXT : 0) | (proof ? PROOF : 0);
            new ReplyHead(flags, partition, ticket, shard).write(out);
            totals.write(out);
        }

        /** Begins a list: of words outside, or of candidates. */
        public void count(int elements) {
            out.writeInt(elements);
        }

        /** A unigram; where {@code raw} is 0, its {@link #bits} follow. */
        public void unigram(long raw, long continuation) {
            out.writeLong(raw);
            out.writeLong(continuation);
        }

        /** The bits to spell a word. */
        public void bits(double bits) {
            out.writeFloat((float) bits);
        }

        /** A position, with the pairs 1 to {@code pairs}. */
        public void position(int matched, int pairs, float[] alpha, float[] gamma) {
            out.writeByte(matched << 3 | pairs);
            for (int k = 1; k <= pairs; k++) {
                out.writeFloat(alpha[k]);
                out.writeFloat(gamma[k]);
            }
        }

        /** The buffer, for a next word, which is written from where it is kept; {@link #parts} follow. */
        public Varints.Writer word() {
            return out;
        }

        /** Says which parts of a next word follow. */
        public void parts(int parts) {
            out.writeByte(parts);
        }

        /** A bound of α, or the share of a next word. */
        public void number(double number) {
            out.writeFloat((float) number);
        }

        public byte[] end() {
            return ShardMessage.end(out);
        }
    }

    /** Collects the replies to one request. Not thread-safe. */
    public static final class BatchWriter {

        private final ModelFingerprint model;
        private final Varints.Writer out = new Varints.Writer(1 << 14);
        private final List<byte[]> messages = new ArrayList<>();
        private boolean batch;
        private int partition;
        private int mostBytes;
        private boolean isEmpty = true;

        public BatchWriter(ModelFingerprint model) {
            this.model = model;
        }

        /**
         * Begins the replies to a request.
         *
         * @param batch whether it is one of several documents, which knows batches
         * @param partition where the replies must go
         * @param mostBytes of a batch, unless it is of one document
         */
        public void begin(boolean batch, int partition, int mostBytes) {
            this.batch = batch;
            this.partition = partition;
            this.mostBytes = mostBytes;
            messages.clear();
            isEmpty = true;
        }

        public void add(Writer reply) {
            add(KIND, VERSION, reply.out);
        }

        /** @param retracted which answers a request of its own */
        public void add(ShardRetraction retracted) {
            finish();
            messages.add(retracted.encode(model));
        }

        public void add(ShardFailure failure) {
            Varints.Writer body = new Varints.Writer(128);
            failure.write(body, model);
            add(ShardFailure.KIND, ShardFailure.FORMAT, body);
        }

        /** @param message all but its checksum */
        private void add(byte kind, int version, Varints.Writer message) {
            int length = message.size() - ShardMessage.headBytes();
            if (!batch || length > mostBytes - BATCH_BYTES - ENTRY_BYTES) {
                finish();
                messages.add(ShardMessage.end(message));
                return;
            }
            if (!isEmpty && length > mostBytes - Integer.BYTES - ENTRY_BYTES - out.size()) {
                finish();
            }
            if (isEmpty) {
                BATCH.begin(out, model);
                out.writeInt(partition);
                isEmpty = false;
            }
            out.writeByte(kind);
            out.writeByte(version);
            out.writeInt(length);
            out.append(message, ShardMessage.headBytes());
        }

        private void finish() {
            if (!isEmpty) {
                messages.add(ShardMessage.end(out));
                isEmpty = true;
            }
        }

        /** The messages that have all the replies, in their order. */
        public List<byte[]> end() {
            finish();
            return List.copyOf(messages);
        }
    }
}
