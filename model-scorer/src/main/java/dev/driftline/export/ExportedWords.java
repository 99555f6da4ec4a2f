package dev.driftline.export;

import dev.driftline.ngram.NgramCounts;
import dev.driftline.scoring.BaseDistribution;
import dev.driftline.scoring.DocumentTokens;
import dev.driftline.scoring.LocalModel;
import dev.driftline.scoring.Vocabulary;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The words of an exported model, by number: {@code <unk>}, {@code <s>} and {@code </s>}, then the others by spelling, so that the same
 * counts give the same file. A word that is left out adds its probability to that of {@code <unk>}.
 */
final class ExportedWords {

    static final int UNKNOWN = 0;
    static final int BOS = 1;
    static final int EOS = 2;

    /** In place of a number: the word is left out. */
    static final int LEFT_OUT = -1;

    /** In place of a number: the word has no event, since nobody counts it. */
    static final int UNCOUNTED = -2;

    /** What SRILM calls an unknown word, and KenLM reads as one. */
    private static final String OTHER_UNKNOWN = "<UNK>";

    private record Counted(String spelling, long raw, long continuation) {}

    private final byte[][] spellings;
    private final float[] probabilities;
    private final int[][] byShard;
    private final long unsayable;
    private final long outside;

    private ExportedWords(byte[][] spellings, float[] probabilities, int[][] byShard, long unsayable, long outside) {
        this.spellings = spellings;
        this.probabilities = probabilities;
        this.byShard = byShard;
        this.unsayable = unsayable;
        this.outside = outside;
    }

    static ExportedWords of(LocalModel model, BaseDistribution base, ExportOptions options) {
        Vocabulary vocabulary = model.settings().vocabulary();
        Map<String, Counted> counted = counted(model);
        @Nullable Counted end = counted.remove(DocumentTokens.EOS_WORD);
        double unknown = probability(base, options, counted.get(DocumentTokens.UNKNOWN_WORD));
        if (vocabulary instanceof Vocabulary.Fixed fixed) {
            counted.keySet().retainAll(fixed.words());
            fixed.words().forEach(word -> counted.putIfAbsent(word, new Counted(word, 0, 0)));
        } else {
            unknown = options.order() == 1 ? base.unknownTop() : base.unknownBelow();
        }
        long unsayable = 0;
        long outside = 0;
        List<Counted> kept = new ArrayList<>();
        for (Counted word : counted.values()) {
            boolean isSayable = isSayable(word.spelling());
            if (isSayable
                    && options.words()
                            .map(words -> words.contains(word.spelling()))
                            .orElse(true)) {
                kept.add(word);
                continue;
            }
            unsayable += isSayable ? 0 : 1;
            outside += isSayable ? 1 : 0;
            unknown += probability(base, options, word);
        }
        Map<String, Integer> numbers = new HashMap<>();
        counted.keySet().forEach(word -> numbers.put(word, LEFT_OUT));
        if (vocabulary instanceof Vocabulary.Fixed) {
            numbers.put(DocumentTokens.UNKNOWN_WORD, UNKNOWN);
        }
        numbers.put(DocumentTokens.BOS_WORD, BOS);
        numbers.put(DocumentTokens.EOS_WORD, EOS);
        byte[][] spellings = new byte[kept.size() + EOS + 1][];
        float[] probabilities = new float[spellings.length];
        spellings[UNKNOWN] = utf8(DocumentTokens.UNKNOWN_WORD);
        spellings[BOS] = utf8(DocumentTokens.BOS_WORD);
        spellings[EOS] = utf8(DocumentTokens.EOS_WORD);
        probabilities[UNKNOWN] = (float) unknown;
        probabilities[EOS] = (float) probability(base, options, end);
        kept.sort(Comparator.comparing(Counted::spelling));
        int number = EOS;
        for (Counted word : kept) {
            spellings[++number] = utf8(word.spelling());
            probabilities[number] = (float) probability(base, options, word);
            numbers.put(word.spelling(), number);
        }
        return new ExportedWords(spellings, probabilities, byShard(model, numbers), unsayable, outside);
    }

    /** Every word that is counted, with the counts that its owner has. */
    private static Map<String, Counted> counted(LocalModel model) {
        Map<String, Counted> counted = new HashMap<>();
        for (int shard = 0; shard < model.shardCount(); shard++) {
            NgramCounts counts = model.shard(shard).counts();
            counts.unigrams((id, raw, continuation) -> {
                if (raw > 0) {
                    String spelling = counts.spelling(id);
                    counted.put(spelling, new Counted(spelling, raw, continuation));
                }
            });
        }
        return counted;
    }

    private static double probability(BaseDistribution base, ExportOptions options, @Nullable Counted word) {
        long raw = word == null ? 0 : word.raw();
        long continuation = word == null ? 0 : word.continuation();
        return options.order() == 1 ? base.top(raw) : base.below(raw, continuation);
    }

    private static int[][] byShard(LocalModel model, Map<String, Integer> numbers) {
        int[][] byShard = new int[model.shardCount()][];
        for (int shard = 0; shard < byShard.length; shard++) {
            NgramCounts counts = model.shard(shard).counts();
            int[] ids = new int[counts.wordCount()];
            for (int id = 0; id < ids.length; id++) {
                Integer number = numbers.get(counts.spelling(id));
                ids[id] = number == null ? UNCOUNTED : number;
            }
            byShard[shard] = ids;
        }
        return byShard;
    }

    /**
     * Whether the format can have a word of that spelling: without white space, which parts words there, and without control
     * characters; and not {@code <unk>} or {@code <UNK>}, which readers take for an unknown word.
     */
    static boolean isSayable(String spelling) {
        if (spelling.isEmpty() || spelling.equals(DocumentTokens.UNKNOWN_WORD) || spelling.equals(OTHER_UNKNOWN)) {
            return false;
        }
        return spelling.chars()
                .noneMatch(c -> Character.isISOControl(c) || Character.isWhitespace(c) || Character.isSpaceChar(c));
    }

    private static byte[] utf8(String word) {
        return word.getBytes(StandardCharsets.UTF_8);
    }

    /** How many there are, the three that are not words among them. */
    int size() {
        return spellings.length;
    }

    /** A word in UTF-8. */
    byte[] spelling(int number) {
        return spellings[number];
    }

    /** Of the words alone; 0 of {@code <s>}. */
    float[] probabilities() {
        return probabilities;
    }

    /** By id of a shard, the number of each word there, {@link #LEFT_OUT} or {@link #UNCOUNTED}. */
    int[] ofShard(int shard) {
        return byShard[shard];
    }

    /** Words that the format cannot say. */
    long unsayable() {
        return unsayable;
    }

    /** Words that the list of words does not have. */
    long outside() {
        return outside;
    }
}
