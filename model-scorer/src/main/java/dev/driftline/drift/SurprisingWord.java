package dev.driftline.drift;

import dev.driftline.codec.Varints;
import dev.driftline.scoring.DocumentTokens;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * A word with a high surprisal in a document.
 *
 * @param word its spelling, cut to {@value #MOST_CHARACTERS} characters
 * @param count how often it occurred
 * @param bits surprisal of these occurrences together under the live mixture, spelled out if it was unknown
 */
public record SurprisingWord(String word, int count, float bits) {

    /** Most words of an observation. */
    public static final int MOST = 6;

    private static final int MOST_CHARACTERS = 64;

    /** A word in its stored form: a length, a count and a float at least. */
    private static final int LEAST_BYTES = 2 + Float.BYTES;

    /**
     * The words of a document with the most bits above the average of as many tokens, at most {@value #MOST}, the highest
     * first.
     *
     * @param surprisals {@code [tokens]} bits of each token under the live mixture
     * @param spelling {@code [tokens]} bits of the letters of each unknown one, 0 for a known one; empty where none is unknown
     */
    public static List<SurprisingWord> of(DocumentTokens document, float[] surprisals, float[] spelling) {
        int[] tokens = document.tokens();
        int types = document.words().length;
        int[] counts = new int[types];
        float[] bits = new float[types];
        double total = 0;
        for (int i = 0; i < tokens.length; i++) {
            int type = tokens[i];
            float cost = spelling.length == 0 ? surprisals[i] : surprisals[i] + spelling[i];
            counts[type]++;
            bits[type] += cost;
            total += cost;
        }
        double mean = total / Math.max(1, tokens.length);
        int[] best = new int[MOST];
        int found = 0;
        for (int type = DocumentTokens.EOS; type < types; type++) {
            double excess = bits[type] - counts[type] * mean;
            if (excess <= 0 || found == MOST && excess <= bits[best[MOST - 1]] - counts[best[MOST - 1]] * mean) {
                continue;
            }
            int at = found == MOST ? MOST - 1 : found++;
            while (at > 0 && excess > bits[best[at - 1]] - counts[best[at - 1]] * mean) {
                best[at] = best[at - 1];
                at--;
            }
            best[at] = type;
        }
        List<SurprisingWord> words = new ArrayList<>(found);
        for (int i = 0; i < found; i++) {
            words.add(new SurprisingWord(
                    cut(document.words()[best[i]], MOST_CHARACTERS), counts[best[i]], bits[best[i]]));
        }
        return words;
    }

    /** The best of both lists, a word in both once, at most {@code most}. */
    static List<SurprisingWord> merge(List<SurprisingWord> some, List<SurprisingWord> others, int most) {
        List<SurprisingWord> merged = new ArrayList<>(some);
        for (SurprisingWord other : others) {
            int at = 0;
            while (at < merged.size() && !merged.get(at).word.equals(other.word)) {
                at++;
            }
            if (at < merged.size()) {
                SurprisingWord same = merged.get(at);
                merged.set(
                        at,
                        new SurprisingWord(
                                same.word,
                                same.count + other.count,
                                Math.min(Float.MAX_VALUE, same.bits + other.bits)));
            } else {
                merged.add(other);
            }
        }
        merged.sort(
                Comparator.comparingDouble((SurprisingWord word) -> -word.bits).thenComparing(SurprisingWord::word));
        return List.copyOf(merged.subList(0, Math.min(most, merged.size())));
    }

    /** Those whose cost is a number. */
    static List<SurprisingWord> finite(List<SurprisingWord> words) {
        for (SurprisingWord word : words) {
            if (!Float.isFinite(word.bits)) {
                return words.stream()
                        .filter(other -> Float.isFinite(other.bits))
                        .toList();
            }
        }
        return List.copyOf(words);
    }

    /** The first {@code most} UTF-16 units of {@code text}, never ending inside a surrogate pair. */
    static String cut(String text, int most) {
        if (text.length() <= most) {
            return text;
        }
        return text.substring(0, Character.isHighSurrogate(text.charAt(most - 1)) ? most - 1 : most);
    }

    static void write(Varints.Writer out, List<SurprisingWord> words) {
        out.writeInt(words.size());
        for (SurprisingWord word : words) {
            out.writeBytes(word.word.getBytes(StandardCharsets.UTF_8));
            out.writeInt(word.count);
            out.writeFloat(word.bits);
        }
    }

    static List<SurprisingWord> read(Varints.Reader in) {
        int count = in.readCount(LEAST_BYTES);
        List<SurprisingWord> words = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            words.add(new SurprisingWord(
                    new String(in.readBytes(), StandardCharsets.UTF_8), in.readInt(), in.readFloat()));
        }
        return finite(words);
    }
}
