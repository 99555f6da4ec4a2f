package dev.driftline.export;

import dev.driftline.ngram.NgramCounts;
import dev.driftline.scoring.BaseDistribution;
import dev.driftline.scoring.LocalModel;
import dev.driftline.smoothing.Smoothing;
import java.util.Arrays;

/**
 * Makes a backoff model of the counts of all shards, such that every event has the probability that the counts give it.
 *
 * <p>Every context lives on one shard, and is an n-gram of another: that of its last word but one. So first the contexts are read from the
 * shards, then the n-grams of each order are sorted under those of the order below, and every context finds its n-gram there by one
 * search a word. What is read takes some 12 bytes an n-gram more, until it is sorted.
 *
 * <p>Used once, by one thread; nothing may be learned meanwhile.
 */
public final class ArpaExport {

    private final LocalModel model;
    private final ExportOptions options;
    private final ExportProgress progress;
    private final ExportTally tally = new ExportTally();
    private final ExportedWords words;
    private final ContextColumns[] columns;
    private final Ngrams[] levels;
    private final boolean renormalises;
    private final BackoffNgrams made;

    private ArpaExport(LocalModel model, ExportOptions options, ExportProgress progress) {
        this.model = model;
        this.options = options;
        this.progress = progress;
        int order = options.order();
        if (order < 1 || order > model.settings().order()) {
            throw new UnsayableModelException("a model of order " + order + " cannot be made of counts of order "
                    + model.settings().order() + ": choose an order between 1 and "
                    + model.settings().order());
        }
        Smoothing smoothing = model.settings().smoothing();
        if (!smoothing.isBackoff()) {
            throw new UnsayableModelException("the ARPA format cannot say what " + smoothing.label()
                    + " makes of these counts: it takes the same part at every shorter context, seen or not, and its scores do not sum"
                    + " to 1; choose another smoothing, such as kneser-ney");
        }
        BaseDistribution base = BaseDistribution.of(model);
        if (base.isEmpty()) {
            throw new UnsayableModelException("nothing has been learned yet, so there is nothing to export");
        }
        words = ExportedWords.of(model, base, options);
        columns = new ContextColumns[order];
        for (int length = 1; length < order; length++) {
            columns[length] = new ContextColumns(length);
        }
        renormalises = options.prunes() || words.unsayable() + words.outside() > 0;
        levels = new Ngrams[order + 1];
        levels[1] = unigrams(order > 1 && renormalises);
        made = new BackoffNgrams(words, levels, tally, progress);
    }

    /**
     * Makes the model.
     *
     * @throws UnsayableModelException if the format cannot say it
     */
    public static BackoffNgrams of(LocalModel model, ExportOptions options, ExportProgress progress) {
        return new ArpaExport(model, options, progress).make();
    }

    private BackoffNgrams make() {
        for (int shard = 0; shard < model.shardCount() && options.order() > 1; shard++) {
            NgramCounts counts = model.shard(shard).counts();
            counts.contexts(
                    options.order() - 1,
                    new ShardContexts(model.shard(shard), words.ofShard(shard), options, columns, tally, progress));
        }
        for (int length = 1; length < options.order(); length++) {
            ContextColumns contexts = columns[length];
            contexts.finish();
            int[] places = new int[contexts.contexts()];
            for (int context = 0; context < places.length; context++) {
                places[context] = isLeftOut(contexts, context) ? Ngrams.NONE : contexts.word(context, 0);
            }
            contexts.places(places);
        }
        for (int k = 2; k <= options.order(); k++) {
            add(k);
            progress.at("sorting", levels[k].size());
        }
        Thinning thinning = new Thinning(made, tally, progress);
        if (options.entropy() > 0) {
            thinning.prune(options.entropy());
        }
        if (renormalises) {
            thinning.renormalise();
        }
        return made;
    }

    private Ngrams unigrams(boolean rests) {
        Ngrams unigrams = new Ngrams(new int[] {0, words.size()}, words.size(), rests);
        for (int word = 0; word < words.size(); word++) {
            unigrams.word[word] = word;
        }
        System.arraycopy(words.probabilities(), 0, unigrams.probability, 0, words.size());
        return unigrams;
    }

    /** A context all of whose followers are left out has no backoff: it is as if it had not been seen. */
    private boolean isLeftOut(ContextColumns contexts, int context) {
        return renormalises && contexts.begin(context) == contexts.end(context);
    }

    /** Makes the n-grams of order {@code k}. */
    private void add(int k) {
        LongColumn lacking = new LongColumn();
        sort(k, lacking);
        int[][] places = find(k, lacking);
        if (lacking.size() > 0) {
            // The n-gram of a context was forgotten, or another shard does not have it yet.
            lacking.sortDistinct();
            sort(k, lacking);
            places = find(k, new LongColumn());
        }
        for (int length = k; length < options.order(); length++) {
            columns[length].places(places[length]);
        }
        // Nobody reads it any more.
        columns[k - 1] = new ContextColumns(k - 1);
        fill(k);
    }

    /** Moves every longer context one word on; {@code lacking} gets the n-grams that there are not. */
    private int[][] find(int k, LongColumn lacking) {
        int[][] found = new int[options.order()][];
        for (int length = k; length < options.order(); length++) {
            ContextColumns contexts = columns[length];
            int[] before = contexts.places();
            int[] places = new int[before.length];
            for (int context = 0; context < places.length; context++) {
                if (before[context] == Ngrams.NONE) {
                    places[context] = Ngrams.NONE;
                    continue;
                }
                int word = contexts.word(context, k - 1);
                places[context] = levels[k].find(before[context], word);
                if (places[context] == Ngrams.NONE) {
                    lacking.add((long) before[context] << Integer.SIZE | word);
                }
            }
            found[length] = places;
        }
        return found;
    }

    /** Sorts the followers of the contexts of k − 1 words, with {@code more} beside them, which have nothing of their own. */
    private void sort(int k, LongColumn more) {
        ContextColumns contexts = columns[k - 1];
        Ngrams below = levels[k - 1];
        int[] first = new int[below.size() + 1];
        for (int context = 0; context < contexts.contexts(); context++) {
            int place = contexts.places()[context];
            if (place != Ngrams.NONE) {
                first[place + 1] += contexts.end(context) - contexts.begin(context);
            }
        }
        for (int i = 0; i < more.size(); i++) {
            first[(int) (more.get(i) >>> Integer.SIZE) + 1]++;
        }
        for (int place = 0; place < below.size(); place++) {
            first[place + 1] = Math.addExact(first[place], first[place + 1]);
        }
        Ngrams level = new Ngrams(first, first[below.size()], renormalises && k < options.order());
        for (int context = 0; context < contexts.contexts(); context++) {
            int place = contexts.places()[context];
            if (place == Ngrams.NONE) {
                continue;
            }
            below.backoff[place] = contexts.left(context);
            if (renormalises) {
                below.rest[place] = contexts.lost(context);
            }
            int at = first[place];
            for (int row = contexts.begin(context); row < contexts.end(context); row++, at++) {
                level.word[at] = contexts.follower(row);
                level.probability[at] = contexts.own(row);
            }
        }
        int same = 0;
        for (int i = 0; i < more.size(); i++) {
            int place = (int) (more.get(i) >>> Integer.SIZE);
            same = i > 0 && (int) (more.get(i - 1) >>> Integer.SIZE) == place ? same + 1 : 1;
            level.word[first[place + 1] - same] = (int) more.get(i);
            if (renormalises && Float.isNaN(below.rest[place])) {
                below.rest[place] = 0;
            }
        }
        sortBlocks(level);
        levels[k] = level;
    }

    private static void sortBlocks(Ngrams level) {
        long[] block = new long[16];
        for (int place = 0; place < level.first.length - 1; place++) {
            int from = level.first[place];
            int size = level.first[place + 1] - from;
            if (size < 2) {
                continue;
            }
            if (size > block.length) {
                block = new long[Math.max(size, 2 * block.length)];
            }
            for (int i = 0; i < size; i++) {
                // No word and no probability is negative.
                block[i] = (long) level.word[from + i] << Integer.SIZE
                        | Float.floatToRawIntBits(level.probability[from + i]);
            }
            Arrays.sort(block, 0, size);
            for (int i = 0; i < size; i++) {
                level.word[from + i] = (int) (block[i] >>> Integer.SIZE);
                level.probability[from + i] = Float.intBitsToFloat((int) block[i]);
            }
        }
    }

    /** Adds to what each n-gram has of its own its part of what the context leaves to the shorter one. */
    private void fill(int k) {
        Ngrams level = levels[k];
        Ngrams below = levels[k - 1];
        for (int context = 0; context < below.size(); context++) {
            double left = below.backoff[context];
            double sum = 0;
            for (int at = level.first[context]; at < level.first[context + 1]; at++) {
                int word = level.word[at];
                int shorter = k == 2 ? word : find(below, below.shorter[context], word);
                double less = shorter == Ngrams.NONE ? made.shorter(k - 1, context, word) : below.probability[shorter];
                level.shorter[at] = shorter;
                level.probability[at] = (float) (level.probability[at] + left * less);
                sum += less;
            }
            if (renormalises && !Float.isNaN(below.rest[context])) {
                below.rest[context] = (float) (left + below.rest[context] - left * sum);
            }
        }
    }

    private static int find(Ngrams below, int context, int word) {
        return context == Ngrams.NONE ? Ngrams.NONE : below.find(context, word);
    }
}
