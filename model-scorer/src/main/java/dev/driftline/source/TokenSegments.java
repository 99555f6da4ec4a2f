package dev.driftline.source;

import dev.driftline.codec.Varints;
import dev.driftline.mixture.MixtureSettings;
import dev.driftline.mixture.SourceMemory;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.function.IntFunction;

/**
 * The stored form of the tokens that a {@link RecencyCache} holds: segments of {@value #TOKENS} by sequence number, in a ring
 * of slots, so that a write-back writes only the segments with new tokens and nothing has to be deleted.
 *
 * <pre>
 * byte        version
 * long        sequence number of the first token
 * int         number of tokens, then for each
 *   int         (1 + index of a word of this segment) * 2 + unknown, or
 *               unknown, and then the spelling as a byte string where the word is new in it; empty for {@code </s>}
 * </pre>
 */
final class TokenSegments {

    /** Tokens in one segment. */
    static final int TOKENS = 1024;

    private static final int VERSION = 1;

    private final RecencyCache cache;
    private final int window;
    private final int slots;

    TokenSegments(MixtureSettings settings, RecencyCache cache) {
        this.cache = cache;
        window = settings.caches().bigramWindow();
        slots = slots(settings);
    }

    /** The number of slots: 0 to this, exclusive. */
    static int slots(MixtureSettings settings) {
        return settings.caches().bigramWindow() / TOKENS + 2;
    }

    /** The slots of the segments that the cache needs and that have a token of sequence number {@code from} or later. */
    int[] slotsFrom(long from) {
        long begin = Math.max(from, cache.oldest());
        long end = cache.next();
        if (begin == end) {
            return new int[0];
        }
        long first = begin / TOKENS;
        long last = (end - 1) / TOKENS;
        int[] found = new int[(int) (last - first + 1)];
        for (int i = 0; i < found.length; i++) {
            found[i] = (int) ((first + i) % slots);
        }
        return found;
    }

    /** @throws IllegalArgumentException if no segment that the cache needs is in {@code slot} */
    byte[] encode(int slot) {
        for (long segment = cache.oldest() / TOKENS; segment * TOKENS < cache.next(); segment++) {
            if (segment % slots == slot) {
                return encode(
                        Math.max(segment * TOKENS, cache.oldest()), Math.min((segment + 1) * TOKENS, cache.next()));
            }
        }
        throw new IllegalArgumentException("slot " + slot + " has no segment, see dirtySegments()");
    }

    private byte[] encode(long from, long to) {
        Varints.Writer out = new Varints.Writer(8192);
        out.writeByte(VERSION);
        out.writeLong(from);
        out.writeInt((int) (to - from));
        Map<Integer, Integer> index = new HashMap<>();
        for (long at = from; at < to; at++) {
            int token = cache.token(at);
            int word = token >>> 1;
            Integer known = index.get(word);
            if (known != null) {
                out.writeInt((known + 1) << 1 | token & 1);
            } else {
                index.put(word, index.size());
                out.writeInt(token & 1);
                String spelling = word == SourceMemory.END_OF_SENTENCE ? "" : cache.heldWord(word);
                out.writeBytes(spelling.getBytes(StandardCharsets.UTF_8));
            }
        }
        return out.toByteArray();
    }

    /**
     * Fills an empty cache with stored tokens, up to sequence number {@code next}, exclusive.
     *
     * @param start of the tokens that are held, if they begin later than those that the window asks for; else 0
     * @param stored the value stored for a slot; empty where there is none
     * @throws IllegalStateException if a version is unknown, or segments are missing or do not fit together
     */
    void readUpTo(long start, long next, IntFunction<byte[]> stored) {
        long oldest = Math.max(start, next - window - 1);
        cache.startAt(oldest);
        if (oldest == next) {
            return;
        }
        long first = oldest / TOKENS;
        for (long segment = first; segment * TOKENS < next; segment++) {
            int slot = (int) (segment % slots);
            byte[] value = stored.apply(slot);
            if (value.length == 0) {
                throw new IllegalStateException("source state lacks segment " + segment + " in slot " + slot);
            }
            Varints.Reader in = new Varints.Reader(value);
            int version = in.readByte();
            if (version != VERSION) {
                throw new IllegalStateException(
                        "source segment of version " + version + ", this program reads " + VERSION);
            }
            long from = in.readLong();
            int count = in.readInt();
            if (segment == first) {
                cache.startAt(from);
                cache.reserve((int) (next - from), false);
            }
            if (from != cache.next() || from + count > next || from > Math.max(oldest, segment * TOKENS)) {
                throw new IllegalStateException("source segment " + segment + " has tokens " + from + " to "
                        + (from + count) + ", expected it to continue from " + cache.next() + " up to " + next);
            }
            read(in, count);
        }
        cache.endDocument();
        if (cache.next() != next) {
            throw new IllegalStateException("source state ends at token " + cache.next() + ", expected " + next);
        }
    }

    private void read(Varints.Reader in, int count) {
        int[] words = new int[count];
        int known = 0;
        for (int i = 0; i < count; i++) {
            int token = in.readInt();
            int word;
            if (token >>> 1 > 0) {
                word = words[(token >>> 1) - 1];
            } else {
                byte[] spelling = in.readBytes();
                word = spelling.length == 0
                        ? SourceMemory.END_OF_SENTENCE
                        : cache.number(new String(spelling, StandardCharsets.UTF_8));
                words[known++] = word;
            }
            cache.push(word, (token & 1) == 1);
        }
    }
}
