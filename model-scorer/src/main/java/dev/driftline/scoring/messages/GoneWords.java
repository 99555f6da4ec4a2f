package dev.driftline.scoring.messages;

import dev.driftline.codec.MalformedBytesException;
import dev.driftline.codec.Varints;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * What one shard tells another between requests, in the same topic: n-grams of the first end no more in words whose unigrams are the
 * other's. Only shards that forget say so.
 *
 * <table>
 * <caption>Layout: varints, and strings as a length and UTF-8</caption>
 * <tr><th>field</th><th>type</th><th>content</th></tr>
 * <tr><td>kind</td><td>byte</td><td>{@code 'G'}</td></tr>
 * <tr><td>version</td><td>byte</td><td>1</td></tr>
 * <tr><td>model</td><td>8 bytes</td><td>{@link ModelFingerprint}, little endian</td></tr>
 * <tr><td>words</td><td>each, up to the checksum</td><td>the word, a string, and how often it ended an n-gram there, folded: 2n, or
 *     −2n − 1 below 0</td></tr>
 * <tr><td>checksum</td><td>4 bytes</td><td>CRC-32C of all bytes before, little endian</td></tr>
 * </table>
 */
public final class GoneWords {

    static final byte KIND = 'G';

    /** The most bytes of a message, and a word. */
    private static final int MOST_BYTES = 32 * 1024;

    private static final ShardMessage MESSAGE = new ShardMessage(KIND, 1, "word of what a shard has forgotten");

    private GoneWords() {}

    /** Is told what a message has. */
    public interface Hearer {
        /** @param times how often the word ended an n-gram of the other shard, of which it has none any more */
        void gone(String word, long times);
    }

    /**
     * A message, and where it goes.
     *
     * @param shard from 0
     * @param message the bytes
     */
    public record Sent(int shard, byte[] message) {}

    /** Whether {@code message} begins as one. */
    public static boolean is(byte[] message) {
        return message.length > 0 && message[0] == KIND;
    }

    /**
     * Reads a message.
     *
     * @throws ShardMessageException if it is not a whole one of {@code model}
     */
    public static void read(byte[] message, ModelFingerprint model, Hearer hearer) {
        try {
            // All of it before anybody is told any of it.
            read(MESSAGE.open(message, model), (word, times) -> {
                if (word.isEmpty() || word.charAt(0) == 0) {
                    throw ShardMessageException.inconsistent(MESSAGE.name(), "a word has no spelling that words have");
                }
            });
            read(MESSAGE.open(message, model), hearer);
        } catch (MalformedBytesException e) {
            throw ShardMessageException.endsEarly(MESSAGE.name(), e);
        }
    }

    private static void read(Varints.Reader in, Hearer hearer) {
        while (in.hasRemaining()) {
            hearer.gone(new String(in.readBytes(), StandardCharsets.UTF_8), in.readSignedLong());
        }
    }

    /** Collects words by the shard that they are for. Not thread-safe. */
    public static final class Writer {

        private final ModelFingerprint model;
        private final Varints.Writer[] open;
        private final List<Sent> full = new ArrayList<>();

        public Writer(ModelFingerprint model) {
            this.model = model;
            open = new Varints.Writer[model.shards()];
        }

        public void add(int shard, String word, long times) {
            if (open[shard] == null) {
                open[shard] = new Varints.Writer(256);
            }
            Varints.Writer out = open[shard];
            if (out.size() == 0) {
                MESSAGE.begin(out, model);
            }
            out.writeBytes(word.getBytes(StandardCharsets.UTF_8));
            out.writeSignedLong(times);
            if (out.size() > MOST_BYTES) {
                end(shard);
            }
        }

        private void end(int shard) {
            full.add(new Sent(shard, ShardMessage.end(open[shard])));
            open[shard].reset();
        }

        /** The messages of all that has been added since the last call. */
        public List<Sent> take() {
            for (int shard = 0; shard < open.length; shard++) {
                if (open[shard] != null && open[shard].size() > 0) {
                    end(shard);
                }
            }
            List<Sent> messages = List.copyOf(full);
            full.clear();
            return messages;
        }

        /** Forgets what has been added. */
        public void clear() {
            take();
        }
    }
}
