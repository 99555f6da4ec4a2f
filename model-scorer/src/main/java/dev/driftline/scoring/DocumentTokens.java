package dev.driftline.scoring;

import dev.driftline.codec.MalformedBytesException;
import dev.driftline.codec.Varints;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * One document, dictionary-coded: its distinct words once, and the predicted tokens as indices into them.
 *
 * <p>{@code words[0]} is {@code <s>} (context only, never predicted) and {@code words[1]} is {@code </s>}; the others
 * follow in order of first appearance. {@code tokens} holds the predicted tokens of all sentences one after the other,
 * each sentence closed by a {@link #EOS}; the token after an {@code EOS}, and the first one, follow a {@code <s>}.
 * Immutable; the arrays are shared, not copied.
 *
 * @param words distinct words, {@code [words]}
 * @param tokens indices into {@code words}, {@code [tokens]}, {@code </s>} included
 */
public record DocumentTokens(String[] words, int[] tokens) {

    /** Index of {@code <s>} in {@link #words()}. */
    public static final int BOS = 0;

    /** Index of {@code </s>} in {@link #words()}. */
    public static final int EOS = 1;

    /** The spelling of {@code <s>}. */
    public static final String BOS_WORD = "<s>";

    /** The spelling of {@code </s>}. */
    public static final String EOS_WORD = "</s>";

    /** The spelling of the unknown word. */
    public static final String UNKNOWN_WORD = "<unk>";

    /** Codes {@code sentences}; an empty sentence predicts only its {@code </s>}. */
    public static DocumentTokens of(List<? extends List<String>> sentences) {
        int count = 0;
        for (List<String> sentence : sentences) {
            count += sentence.size() + 1;
        }
        int[] tokens = new int[count];
        Map<String, Integer> index = new HashMap<>(Math.max(16, count));
        List<String> words = new ArrayList<>();
        words.add(BOS_WORD);
        words.add(EOS_WORD);
        int at = 0;
        for (List<String> sentence : sentences) {
            for (String word : sentence) {
                Integer known = index.putIfAbsent(word, words.size());
                if (known == null) {
                    known = words.size();
                    words.add(word);
                }
                tokens[at++] = known;
            }
            tokens[at++] = EOS;
        }
        return new DocumentTokens(words.toArray(String[]::new), tokens);
    }

    /** Whether {@code token} marks where sentences begin or end, so that no document may have it: {@code <s>} and {@code </s>}. */
    public static boolean isMark(String token) {
        return token.equals(EOS_WORD) || token.equals(BOS_WORD);
    }

    /**
     * Whether {@code token} has an event of its own in every model, so that no list of words need name it: the marks and
     * {@code <unk>}. A document may have {@code <unk>}, as corpora write a word that was taken out: under a fixed vocabulary it
     * is a word outside, and under a growing one a word like others, known once it has been learned.
     */
    public static boolean isReserved(String token) {
        return isMark(token) || token.equals(UNKNOWN_WORD);
    }

    /** Heap that it takes, in bytes, about: a string has a header, and one or two bytes a character. */
    public long heapBytes() {
        long bytes = 64 + 4L * tokens.length + 8L * words.length;
        for (String word : words) {
            bytes += 48 + 2L * word.length();
        }
        return bytes;
    }

    /** The number of sentences. */
    public int sentenceCount() {
        int sentences = 0;
        for (int token : tokens) {
            if (token == EOS) {
                sentences++;
            }
        }
        return sentences;
    }

    /** Appends the binary form (version byte, words, tokens as varints) to a new array. */
    public byte[] encode() {
        Varints.Writer out = new Varints.Writer(32 + tokens.length * 2 + words.length * 8);
        out.writeByte(1);
        out.writeInt(words.length);
        for (int i = 2; i < words.length; i++) {
            out.writeBytes(words[i].getBytes(StandardCharsets.UTF_8));
        }
        out.writeInt(tokens.length);
        for (int token : tokens) {
            out.writeInt(token);
        }
        return out.toByteArray();
    }

    /**
     * Reads what {@link #encode()} wrote.
     *
     * @throws IllegalArgumentException if the version is unknown or the bytes end too early
     */
    public static DocumentTokens decode(byte[] bytes) {
        Varints.Reader in = new Varints.Reader(bytes);
        int version = in.readByte();
        if (version != 1) {
            throw new IllegalArgumentException("document of format version " + version
                    + ", this code reads 1: run one version of Driftline on all instances");
        }
        int count = in.readInt();
        if (count < 2 || count - 2 > in.remaining()) {
            throw new MalformedBytesException(
                    count + " words are announced before the last " + in.remaining() + " bytes");
        }
        String[] words = new String[count];
        words[BOS] = BOS_WORD;
        words[EOS] = EOS_WORD;
        for (int i = 2; i < words.length; i++) {
            words[i] = new String(in.readBytes(), StandardCharsets.UTF_8);
        }
        int[] tokens = new int[in.readCount(1)];
        for (int i = 0; i < tokens.length; i++) {
            tokens[i] = in.readInt();
        }
        return new DocumentTokens(words, tokens);
    }
}
