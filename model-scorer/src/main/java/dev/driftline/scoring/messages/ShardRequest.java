package dev.driftline.scoring.messages;

import dev.driftline.codec.MalformedBytesException;
import dev.driftline.codec.Varints;
import dev.driftline.prefix.WordPrefix;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * What scatter asks one shard about documents: each with holes, so that a shard gets the tokens that it predicts, those in
 * their contexts, and those whose unigram it owns with the token before each.
 *
 * <table>
 * <caption>Layout of one document, version 3: varints, and strings as a length and UTF-8</caption>
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
 * <p>Queries are of version 3, and so is a document that is too large to go with others. What a task has read of the stream goes
 * as a batch. Its documents are answered and learned one after the other, as if each had come alone.
 *
 * <p>A query for words that begin with a prefix is of version 6: the layout of version 3, with flag 4 and, behind the candidates, the
 * prefix (string) and a byte: 1 if it ignores case.
 *
 * <p>A document that is to be taken out again goes alone, too, as version 5: the layout of version 3 without predictions, and with
 * one flag of two, 8: say whether all of it is there; 16: take it out if it is. A shard answers by {@link ShardRetraction}.
 *
 * <table>
 * <caption>Layout of a batch, version 4</caption>
 * <tr><th>field</th><th>type</th><th>content</th></tr>
 * <tr><td>kind, version, model</td><td>10 bytes</td><td>{@code 'Q'}, 4, as above</td></tr>
 * <tr><td>partition</td><td>varint</td><td>of the documents</td></tr>
 * <tr><td>dictionary</td><td>count, strings</td><td>the distinct words of all documents, numbered from 0 on</td></tr>
 * <tr><td>documents</td><td>count, then each</td><td>flags, ticket, predictions, words, tokens, outside and candidates as above,
 *     but with a number in the dictionary (varint) in place of each string</td></tr>
 * <tr><td>checksum</td><td>4 bytes</td><td>CRC-32C of all bytes before, little endian</td></tr>
 * </table>
 *
 * <p>Version 2 (Driftline 0.2) sent candidates to the shard of the context alone, and is refused. Driftline 0.3 and 0.4 wrote
 * version 3 alone, and refuse a batch until they are upgraded. Driftline 0.5 wrote versions 3 and 4 as they are, and refuses version
 * 5 until it is upgraded; 0.6 refuses version 6.
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
    static final int BATCH_VERSION = 4;
    static final int RETRACTION_VERSION = 5;
    static final int PREFIX_VERSION = 6;

    /** The code of a token that the shard is not told. */
    public static final int HOLE = 0;

    /** The code of {@code </s>}. */
    public static final int EOS_CODE = 1;

    /** The code of the first word of the request. */
    public static final int FIRST_WORD = 2;

    /** The most next words that are wanted: as many as a search that doubles ever asks for. */
    private static final int MOST_PREDICTIONS = Integer.MAX_VALUE / 8;

    /** The document is learned after it is scored. */
    public static final int LEARNS = 1;

    /** The next word's context is the shard's. */
    public static final int PREDICTS = 2;

    /** Words that are not listed must be bounded. */
    public static final int PROVES = 4;

    /** The document is only looked for. */
    public static final int CHECKS = 8;

    /** The document is taken out. */
    public static final int TAKES = 16;

    /** A prefix may be in another case. */
    private static final int IGNORES_CASE = 1;

    /** What the flags of a document that is scored can be. */
    private static final int OF_SCORING = LEARNS | PREDICTS | PROVES;

    /** A document of a batch takes more: flags, ticket, predictions and the counts of three lists. */
    private static final int LEAST_DOCUMENT_BYTES = 6;

    private static final ShardMessage MESSAGE = new ShardMessage(KIND, VERSION, "shard request");
    private static final ShardMessage BATCH = new ShardMessage(KIND, BATCH_VERSION, "shard request");
    private static final ShardMessage RETRACTION = new ShardMessage(KIND, RETRACTION_VERSION, "shard request");

    private static final ShardMessage PREFIXED = new ShardMessage(KIND, PREFIX_VERSION, "shard request");

    private ShardRequest() {}

    private static ShardMessage ofOne(byte[] request) {
        if (PREFIXED.isAtHeadOf(request)) {
            return PREFIXED;
        }
        return RETRACTION.isAtHeadOf(request) ? RETRACTION : MESSAGE;
    }

    /**
     * The partition that a request of one document names.
     *
     * @throws ShardMessageException if it is of another kind or version
     */
    public static int partitionOf(byte[] request) {
        Varints.Reader in = ofOne(request).body(request);
        in.skip(1);
        return in.readInt();
    }

    /**
     * The ticket that a request of one document names.
     *
     * @throws ShardMessageException if it is of another kind or version
     */
    public static long ticketOf(byte[] request) {
        Varints.Reader in = ofOne(request).body(request);
        in.skip(1);
        in.readInt();
        return in.readLong();
    }

    /** Which documents a request is about, for who reads requests and answers none. Not thread-safe. */
    public static final class Addresses {

        private final Reader reader;

        /** @param model the requests of which are read */
        public Addresses(ModelFingerprint model) {
            reader = new Reader(model);
        }

        /**
         * Reads a request, which the other methods tell of.
         *
         * @return how many documents it is about
         * @throws ShardMessageException if it is not a whole request of this model
         */
        public int read(byte[] request) {
            reader.read(request);
            return reader.documents();
        }

        /** The partition of all its documents. */
        public int partition() {
            return reader.partition();
        }

        /** The ticket of one of them, from 0, in the order in which the shard takes them in. */
        public long ticket(int document) {
            reader.select(document);
            return reader.ticket();
        }

        /** Whether one of them is only looked for. */
        public boolean isCheck(int document) {
            reader.select(document);
            return reader.checks();
        }

        /** Whether one of them is taken out. */
        public boolean isTaking(int document) {
            reader.select(document);
            return reader.takes();
        }
    }

    /** Takes documents, each field in the order of the layout. Not thread-safe. */
    public interface Writer {

        /** @param flags as the layout has them */
        void begin(int flags, long ticket, int predictions);

        /** Begins a list of words or tokens. */
        void count(int elements);

        /** @param number that no other word has among those since the last request was taken */
        void word(byte[] utf8, int number);

        void token(int code);
    }

    /** Writes requests of one document, one after the other. Not thread-safe. */
    public static final class SingleWriter implements Writer {

        private final ModelFingerprint model;
        private final Varints.Writer out = new Varints.Writer(1 << 12);
        private int partition;
        private WordPrefix prefix = WordPrefix.NONE;

        public SingleWriter(ModelFingerprint model) {
            this.model = model;
        }

        /** Where the replies of the next documents must go. */
        public void partition(int number) {
            partition = number;
        }

        /** What the next words of the next documents have to begin with. */
        public void prefix(WordPrefix beginning) {
            prefix = beginning;
        }

        @Override
        public void begin(int flags, long ticket, int predictions) {
            ShardMessage plain = prefix.isEmpty() ? MESSAGE : PREFIXED;
            ((flags & (CHECKS | TAKES)) == 0 ? plain : RETRACTION).begin(out, model);
            out.writeByte(flags);
            out.writeInt(partition);
            out.writeLong(ticket);
            out.writeInt(predictions);
        }

        @Override
        public void count(int elements) {
            out.writeInt(elements);
        }

        @Override
        public void word(byte[] utf8, int number) {
            out.writeBytes(utf8);
        }

        @Override
        public void token(int code) {
            out.writeInt(code);
        }

        public byte[] end() {
            if (!prefix.isEmpty()) {
                out.writeBytes(prefix.text().getBytes(StandardCharsets.UTF_8));
                out.writeByte(prefix.ignoresCase() ? IGNORES_CASE : 0);
            }
            return ShardMessage.end(out);
        }
    }

    /** Collects documents for one shard, and writes them as one request. Not thread-safe. */
    public static final class BatchWriter implements Writer {

        private final ModelFingerprint model;
        private final Varints.Writer dictionary = new Varints.Writer(1 << 12);
        private final Varints.Writer documents = new Varints.Writer(1 << 13);
        private final Varints.Writer out = new Varints.Writer(1 << 13);
        /** By number of a word, one more than its place in the dictionary; 0 where it has none. */
        private int[] places = new int[1 << 10];
        /** By place in the dictionary, the number of the word. */
        private int[] numbers = new int[1 << 10];

        private int words;
        private int dictionaryMark;
        private int documentsMark;
        private int wordsMark;

        public BatchWriter(ModelFingerprint model) {
            this.model = model;
        }

        @Override
        public void begin(int flags, long ticket, int predictions) {
            documents.writeByte(flags);
            documents.writeLong(ticket);
            documents.writeInt(predictions);
        }

        @Override
        public void count(int elements) {
            documents.writeInt(elements);
        }

        @Override
        public void word(byte[] utf8, int number) {
            if (number >= places.length) {
                places = Arrays.copyOf(places, Math.max(number + 1, 2 * places.length));
            }
            if (places[number] == 0) {
                if (words == numbers.length) {
                    numbers = Arrays.copyOf(numbers, 2 * words);
                }
                numbers[words++] = number;
                places[number] = words;
                dictionary.writeBytes(utf8);
            }
            documents.writeInt(places[number] - 1);
        }

        @Override
        public void token(int code) {
            documents.writeInt(code);
        }

        /** About the size of the request, in bytes. */
        public int bytes() {
            return dictionary.size() + documents.size();
        }

        /** Keeps what has come. */
        public void mark() {
            dictionaryMark = dictionary.size();
            documentsMark = documents.size();
            wordsMark = words;
        }

        /** Forgets what has come since {@link #mark}. */
        public void back() {
            while (words > wordsMark) {
                places[numbers[--words]] = 0;
            }
            dictionary.truncate(dictionaryMark);
            documents.truncate(documentsMark);
        }

        /** Forgets everything. */
        public void clear() {
            dictionaryMark = 0;
            documentsMark = 0;
            wordsMark = 0;
            back();
        }

        /**
         * The request, which leaves this empty.
         *
         * @param partition where the replies must go
         * @param count how many documents have come
         */
        public byte[] end(int partition, int count) {
            BATCH.begin(out, model);
            out.writeInt(partition);
            out.writeInt(words);
            out.append(dictionary, 0);
            out.writeInt(count);
            out.append(documents, 0);
            clear();
            return ShardMessage.end(out);
        }
    }

    /**
     * The request at hand, checked and read in one pass before anything is made of it, into arrays that are kept for the next
     * one. Words stay where they are in the message. {@link #select} says of which of its documents the rest tells. Not
     * thread-safe.
     */
    public static final class Reader {

        // Where the parts of a document begin in codes, and its predictions.
        private static final int WORDS = 0;
        private static final int TOKENS = 1;
        private static final int OUTSIDE = 2;
        private static final int CANDIDATES = 3;
        private static final int END = 4;
        private static final int PREDICTIONS = 5;
        private static final int FLAGS = 6;
        private static final int PARTS = 7;

        private final ModelFingerprint model;

        private byte[] message = {};
        private boolean batch;
        private int partition;
        private int documents;
        // Words by code.
        private int[] from = new int[256];
        private int[] to = new int[256];
        private int words;
        /** Of each document the codes of its words, of its tokens, of those outside, and of candidates. */
        private int[] codes = new int[2048];

        private int size;
        private int[] parts = new int[PARTS];
        private long[] tickets = new long[1];

        private int document;
        private int tokensFrom;
        private WordPrefix prefix = WordPrefix.NONE;

        public Reader(ModelFingerprint model) {
            this.model = model;
        }

        /**
         * Reads a request, and selects its first document.
         *
         * @throws ShardMessageException if it is not a whole request of this model
         */
        public void read(byte[] request) {
            batch = BATCH.isAtHeadOf(request);
            ShardMessage kind = batch ? BATCH : ofOne(request);
            Varints.Reader in = kind.open(request, model);
            message = request;
            size = 0;
            words = FIRST_WORD;
            documents = 0;
            prefix = WordPrefix.NONE;
            try {
                if (batch) {
                    readBatch(in);
                } else {
                    readSingle(in, kind == RETRACTION);
                }
                if (kind == PREFIXED) {
                    readPrefix(in);
                }
            } catch (MalformedBytesException e) {
                throw ShardMessageException.endsEarly(MESSAGE.name(), e);
            }
            if (in.hasRemaining()) {
                throw ShardMessageException.inconsistent(
                        MESSAGE.name(), in.remaining() + " bytes follow the last field");
            }
            select(0);
        }

        private void readSingle(Varints.Reader in, boolean retraction) {
            int flags = in.readByte();
            partition = in.readInt();
            if (retraction && flags != CHECKS && flags != TAKES) {
                throw ShardMessageException.inconsistent(
                        MESSAGE.name(), "a document that is taken out has flags " + flags);
            }
            beginDocument(retraction ? flags : flags & OF_SCORING, in.readLong(), in.readInt());
            if (retraction && parts[PREDICTIONS] != 0) {
                throw ShardMessageException.inconsistent(
                        MESSAGE.name(), parts[PREDICTIONS] + " next words of a document that is taken out are wanted");
            }
            part(WORDS);
            int told = readNewWords(in);
            part(TOKENS);
            readTokens(in, told);
            part(OUTSIDE);
            readNewWords(in);
            part(CANDIDATES);
            if (parts[PREDICTIONS] > 0) {
                readNewWords(in);
            }
            part(END);
            documents = 1;
        }

        private void readPrefix(Varints.Reader in) {
            prefix = new WordPrefix(new String(in.readBytes(), StandardCharsets.UTF_8), in.readByte() == IGNORES_CASE);
            if (prefix.isEmpty() || (parts[FLAGS] & PROVES) == 0 || parts[PREDICTIONS] == 0) {
                throw ShardMessageException.inconsistent(MESSAGE.name(), "there is a prefix, and no proof to look for");
            }
        }

        private void readBatch(Varints.Reader in) {
            partition = in.readInt();
            readDictionary(in);
            int count = in.readCount(LEAST_DOCUMENT_BYTES);
            if (count == 0) {
                throw ShardMessageException.inconsistent(MESSAGE.name(), "there is no document");
            }
            if (count > tickets.length) {
                tickets = new long[count];
                parts = new int[count * PARTS];
            }
            for (; documents < count; documents++) {
                beginDocument(in.readByte() & OF_SCORING, in.readLong(), in.readInt());
                part(WORDS);
                int told = readWords(in);
                part(TOKENS);
                readTokens(in, told);
                part(OUTSIDE);
                readWords(in);
                part(CANDIDATES);
                if (parts[documents * PARTS + PREDICTIONS] > 0) {
                    readWords(in);
                }
                part(END);
            }
        }

        private void beginDocument(int flags, long ticket, int predictions) {
            int at = documents * PARTS;
            parts[at + FLAGS] = flags;
            parts[at + PREDICTIONS] = predictions;
            tickets[documents] = ticket;
            if (predictions < 0 || predictions > MOST_PREDICTIONS || (flags & PREDICTS) != 0 && predictions == 0) {
                throw ShardMessageException.inconsistent(MESSAGE.name(), predictions + " next words are wanted");
            }
        }

        private void part(int part) {
            parts[documents * PARTS + part] = size;
        }

        /** Notes where the words of a list are. */
        private int readDictionary(Varints.Reader in) {
            int count = in.readCount(1);
            int last = words + count;
            if (last > from.length) {
                int room = Math.max(last, from.length * 2);
                from = Arrays.copyOf(from, room);
                to = Arrays.copyOf(to, room);
            }
            for (; words < last; words++) {
                int bytes = in.readInt();
                from[words] = in.position();
                in.skip(bytes);
                to[words] = in.position();
                if (bytes > 0 && message[from[words]] == 0) {
                    throw ShardMessageException.inconsistent(
                            MESSAGE.name(),
                            "word " + (words - FIRST_WORD) + " begins with U+0000, as only names inside a"
                                    + " shard do");
                }
            }
            return count;
        }

        /** Reads a list of words that are nowhere else; returns how many. */
        private int readNewWords(Varints.Reader in) {
            int code = words;
            int count = readDictionary(in);
            ensure(count);
            for (; code < words; code++) {
                codes[size++] = code;
            }
            return count;
        }

        /** Reads a list of words of the dictionary; returns how many. */
        private int readWords(Varints.Reader in) {
            int count = in.readCount(1);
            ensure(count);
            for (int i = 0; i < count; i++) {
                int place = in.readInt();
                if (place < 0 || place >= words - FIRST_WORD) {
                    throw ShardMessageException.inconsistent(
                            MESSAGE.name(),
                            "a word has number " + place + " of a dictionary of " + (words - FIRST_WORD));
                }
                codes[size++] = FIRST_WORD + place;
            }
            return count;
        }

        /** @param told how many words the document has, the codes of which end where its tokens begin */
        private void readTokens(Varints.Reader in, int told) {
            int length = in.readCount(1);
            int first = size - told - FIRST_WORD;
            ensure(length);
            for (int i = 0; i < length; i++) {
                int code = in.readInt();
                if (code < 0 || code >= told + FIRST_WORD) {
                    throw ShardMessageException.inconsistent(
                            MESSAGE.name(), "token " + i + " has code " + code + " of " + (told + FIRST_WORD));
                }
                codes[size++] = code < FIRST_WORD ? code : codes[first + code];
            }
        }

        private void ensure(int more) {
            if (size + more > codes.length) {
                codes = Arrays.copyOf(codes, Math.max(size + more, codes.length * 2));
            }
        }

        /** Whether it is of the version that may have several documents. */
        public boolean isBatch() {
            return batch;
        }

        /** How many documents there are, 1 or more. */
        public int documents() {
            return documents;
        }

        /** Says which document is at hand, from 0. */
        public void select(int number) {
            if (number < 0 || number >= documents) {
                throw new IllegalArgumentException("document " + number + " of " + documents);
            }
            document = number * PARTS;
            tokensFrom = parts[document + TOKENS];
        }

        /** The bytes in which {@link #from} and {@link #to} point. */
        public byte[] message() {
            return message;
        }

        /** Whether the document is to be learned after it has been scored. */
        public boolean learns() {
            return (parts[document + FLAGS] & LEARNS) != 0;
        }

        /** Whether the document is only looked for. */
        public boolean checks() {
            return (parts[document + FLAGS] & CHECKS) != 0;
        }

        /** Whether the document is taken out. */
        public boolean takes() {
            return (parts[document + FLAGS] & TAKES) != 0;
        }

        /** Whether the shard owns the context after which next words are wanted, and has been told all of it. */
        public boolean predicts() {
            return (parts[document + FLAGS] & PREDICTS) != 0;
        }

        /** Whether a word that is not listed must be bounded. */
        public boolean proves() {
            return (parts[document + FLAGS] & PROVES) != 0;
        }

        /** What the next words that are wanted begin with. */
        public WordPrefix prefix() {
            return prefix;
        }

        public int partition() {
            return partition;
        }

        public long ticket() {
            return tickets[document / PARTS];
        }

        public int predictions() {
            return parts[document + PREDICTIONS];
        }

        /** One more than the highest code of all documents: words are {@link #FIRST_WORD} to this, exclusive. */
        public int codes() {
            return words;
        }

        /** The first word of the document, for {@link #code}; they end before {@link #tokens()}. */
        public int words() {
            return parts[document + WORDS];
        }

        /** Where tokens begin. */
        public int tokens() {
            return tokensFrom;
        }

        /** The first word to spell; they end before {@link #candidates()}. */
        public int outside() {
            return parts[document + OUTSIDE];
        }

        /** The first candidate; they end before {@link #end()}. */
        public int candidates() {
            return parts[document + CANDIDATES];
        }

        /** One more than the last candidate. */
        public int end() {
            return parts[document + END];
        }

        /** The code of a word of one of the lists. */
        public int code(int at) {
            return codes[at];
        }

        /** Where the word of a code begins in {@link #message()}. */
        public int from(int code) {
            return from[code];
        }

        /** Where the word of a code ends in {@link #message()}. */
        public int to(int code) {
            return to[code];
        }

        /** The number of tokens. */
        public int length() {
            return parts[document + OUTSIDE] - tokensFrom;
        }

        /** The code of a token. */
        public int token(int position) {
            return codes[tokensFrom + position];
        }
    }
}
