package dev.driftline.scoring;

import dev.driftline.codec.MalformedBytesException;
import dev.driftline.codec.Varints;
import java.util.Arrays;

/**
 * What scatter asks one shard about one document: the document with holes, so that a shard gets the tokens that it predicts,
 * those in their contexts, and those whose unigram it owns with the token before each.
 *
 * <table>
 * <caption>Layout: varints, and strings as a length and UTF-8</caption>
 * <tr><th>field</th><th>type</th><th>content</th></tr>
 * <tr><td>kind</td><td>byte</td><td>{@code 'Q'}</td></tr>
 * <tr><td>version</td><td>byte</td><td>3</td></tr>
 * <tr><td>model</td><td>8 bytes</td><td>{@link ModelFingerprint}, little endian</td></tr>
 * <tr><td>flags</td><td>byte</td><td>1: learn the document after it is scored; 2: the next word's context is this shard's,
 *     which is told all of it; 4: say what words not listed can have at most</td></tr>
 * <tr><td>partition</td><td>varint</td><td>of the document: where the reply must go</td></tr>
 * <tr><td>ticket</td><td>varint</td><td>what, with the partition, names the document until it is gathered</td></tr>
 * <tr><td>predictions</td><td>varint</td><td>how many next words are wanted; 0 for none</td></tr>
 * <tr><td>words</td><td>count, strings</td><td>coded from 2 on in this order, which is that of the document</td></tr>
 * <tr><td>tokens</td><td>count, varints</td><td>a code each: 0 is a hole, 1 is {@code </s>}</td></tr>
 * <tr><td>outside</td><td>count, strings</td><td>words outside a fixed vocabulary that this shard must spell</td></tr>
 * <tr><td>candidates</td><td>count, strings</td><td>next words to look at beside the shard's own, only where some are
 *     wanted: with flag 2 all, else those whose unigram is the shard's</td></tr>
 * <tr><td>checksum</td><td>4 bytes</td><td>CRC-32C of all bytes before, little endian</td></tr>
 * </table>
 *
 * <p>Version 2 (Driftline 0.2) sent candidates to the shard of the context alone, and is refused.
 *
 * <p>Driftline 0.1 wrote the same fields without kind, model and checksum, and a version 1 as the first byte. An upgrade may
 * find such messages in the topics: they are recognised by that byte and refused, not read, because they do not say which
 * model they belong to, and reading one of another order or vocabulary would count n-grams that were never written. Nothing is
 * lost: 0.1 can be started again to process them, as the exception says. The reverse is safe too, since 0.1 refuses a first byte
 * other than 1.
 */
public final class ShardRequest {

    static final byte KIND = 'Q';
    static final int VERSION = 3;

    /** The code of a token that the shard is not told. */
    static final int HOLE = 0;

    /** The code of {@code </s>}. */
    static final int EOS_CODE = 1;

    /** The code of the first word of the request. */
    static final int FIRST_WORD = 2;

    /** The most next words that are wanted: as many as a search that doubles ever asks for. */
    private static final int MOST_PREDICTIONS = Integer.MAX_VALUE / 8;

    private static final int LEARNS = 1;
    private static final int PREDICTS = 2;
    private static final int PROVES = 4;

    private static final ShardMessage MESSAGE = new ShardMessage(KIND, VERSION, "shard request");

    private ShardRequest() {}

    /**
     * The partition that a request names.
     *
     * @throws ShardMessageException if it is of another kind or version
     */
    public static int partitionOf(byte[] request) {
        Varints.Reader in = MESSAGE.body(request);
        in.skip(1);
        return in.readInt();
    }

    /**
     * The ticket that a request names.
     *
     * @throws ShardMessageException if it is of another kind or version
     */
    public static long ticketOf(byte[] request) {
        Varints.Reader in = MESSAGE.body(request);
        in.skip(1);
        in.readInt();
        return in.readLong();
    }

    /** Writes requests one after the other, each field in the order of the layout. Not thread-safe. */
    static final class Writer {

        private final ModelFingerprint model;
        private final Varints.Writer out = new Varints.Writer(1 << 12);

        Writer(ModelFingerprint model) {
            this.model = model;
        }

        void begin(boolean learns, boolean predicts, boolean proves, int partition, long ticket, int predictions) {
            MESSAGE.begin(out, model);
            out.writeByte((learns ? LEARNS : 0) | (predicts ? PREDICTS : 0) | (proves ? PROVES : 0));
            out.writeInt(partition);
            out.writeLong(ticket);
            out.writeInt(predictions);
        }

        /** Begins a list of words or tokens. */
        void count(int elements) {
            out.writeInt(elements);
        }

        void word(byte[] utf8) {
            out.writeBytes(utf8);
        }

        void token(int code) {
            out.writeInt(code);
        }

        byte[] end() {
            return ShardMessage.end(out);
        }
    }

    /**
     * The request at hand, checked and read in one pass before anything is made of it, into arrays that are kept for the next
     * one. Words stay where they are in the message. Not thread-safe.
     */
    static final class Reader {

        private final ModelFingerprint model;

        private byte[] message = {};
        private int flags;
        private int partition;
        private long ticket;
        private int predictions;
        // Words by code, then those outside the vocabulary, then candidates.
        private int[] from = new int[256];
        private int[] to = new int[256];
        private int outside;
        private int candidates;
        private int end;
        private int[] tokens = new int[1024];
        private int length;

        Reader(ModelFingerprint model) {
            this.model = model;
        }

        /**
         * Reads a request.
         *
         * @throws ShardMessageException if it is not a whole request of this model
         */
        void read(byte[] request) {
            Varints.Reader in = MESSAGE.open(request, model);
            message = request;
            try {
                flags = in.readByte();
                partition = in.readInt();
                ticket = in.readLong();
                predictions = in.readInt();
                outside = readWords(in, FIRST_WORD);
                readTokens(in);
                candidates = readWords(in, outside);
                end = predictions > 0 ? readWords(in, candidates) : candidates;
            } catch (MalformedBytesException e) {
                throw ShardMessageException.endsEarly(MESSAGE.name(), e);
            }
            if (in.hasRemaining()) {
                throw ShardMessageException.inconsistent(
                        MESSAGE.name(), in.remaining() + " bytes follow the last field");
            }
            if (predictions < 0 || predictions > MOST_PREDICTIONS || predicts() && predictions == 0) {
                throw ShardMessageException.inconsistent(MESSAGE.name(), predictions + " next words are wanted");
            }
        }

        /** Notes where the words of a list are; returns the index after the last. */
        private int readWords(Varints.Reader in, int first) {
            int last = first + in.readCount(1);
            if (last > from.length) {
                int room = Math.max(last, from.length * 2);
                from = Arrays.copyOf(from, room);
                to = Arrays.copyOf(to, room);
            }
            for (int word = first; word < last; word++) {
                int bytes = in.readInt();
                from[word] = in.position();
                in.skip(bytes);
                to[word] = in.position();
                if (bytes > 0 && message[from[word]] == 0) {
                    throw ShardMessageException.inconsistent(
                            MESSAGE.name(),
                            "word " + (word - FIRST_WORD) + " begins with U+0000, as only names inside a"
                                    + " shard do");
                }
            }
            return last;
        }

        private void readTokens(Varints.Reader in) {
            length = in.readCount(1);
            if (length > tokens.length) {
                tokens = new int[Math.max(length, tokens.length * 2)];
            }
            int codes = outside;
            for (int i = 0; i < length; i++) {
                int code = in.readInt();
                if (code < 0 || code >= codes) {
                    throw ShardMessageException.inconsistent(
                            MESSAGE.name(), "token " + i + " has code " + code + " of " + codes);
                }
                tokens[i] = code;
            }
        }

        /** The bytes in which {@link #from} and {@link #to} point. */
        byte[] message() {
            return message;
        }

        /** Whether the document is to be learned after it has been scored. */
        boolean learns() {
            return (flags & LEARNS) != 0;
        }

        /** Whether the shard owns the context after which next words are wanted, and has been told all of it. */
        boolean predicts() {
            return (flags & PREDICTS) != 0;
        }

        /** Whether a word that is not listed must be bounded. */
        boolean proves() {
            return (flags & PROVES) != 0;
        }

        int partition() {
            return partition;
        }

        long ticket() {
            return ticket;
        }

        int predictions() {
            return predictions;
        }

        /** One more than the highest code: words are {@link #FIRST_WORD} to this, exclusive. */
        int codes() {
            return outside;
        }

        /** The first word to spell; they end before {@link #candidates()}. */
        int outside() {
            return outside;
        }

        /** The first candidate; they end before {@link #end()}. */
        int candidates() {
            return candidates;
        }

        /** One more than the last candidate. */
        int end() {
            return end;
        }

        /** Where a word begins in {@link #message()}. */
        int from(int word) {
            return from[word];
        }

        /** Where a word ends in {@link #message()}. */
        int to(int word) {
            return to[word];
        }

        /** The number of tokens. */
        int length() {
            return length;
        }

        /** The code of a token. */
        int token(int position) {
            return tokens[position];
        }
    }
}
