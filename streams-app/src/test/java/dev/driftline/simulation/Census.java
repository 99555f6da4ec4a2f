package dev.driftline.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.driftline.ngram.HeapPageStore;
import dev.driftline.scoring.DocumentTokens;
import dev.driftline.scoring.Gather;
import dev.driftline.scoring.NgramProbabilities;
import dev.driftline.scoring.Scatter;
import dev.driftline.scoring.ShardScorer;
import dev.driftline.shards.ShardCounts;
import dev.driftline.store.SimulatedStore;
import dev.driftline.topology.TopologySettings;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** What the stores of the counts say, read anew from their changelogs, beside the documents that were learned. */
final class Census {

    private static final int CONTEXTS = 3;

    private final Simulation simulation;
    private final List<Oracle.Doc> documents;
    private final TopologySettings settings;
    private final int shards;
    private final List<ShardScorer> stored = new ArrayList<>();

    Census(Simulation simulation, List<Oracle.Doc> documents) {
        this.simulation = simulation;
        this.documents = documents;
        settings = simulation.blueprint.settings;
        shards = settings.shards();
        simulation.changelogs(ShardCounts.STORE).forEach((shard, changelog) -> {
            HeapPageStore pages = new HeapPageStore();
            changelog.contents().forEach((key, value) -> {
                if (!SimulatedStore.isHeader(key)) {
                    pages.put(key.get(), value);
                }
            });
            stored.add(new ShardScorer(settings.model(), shard, shards, pages, 1 << 20));
        });
    }

    void check() {
        Map<List<String>, Integer> counts = new HashMap<>();
        long[] tokens = new long[shards];
        boolean whole = true;
        for (Oracle.Doc document : documents) {
            count(document, counts, tokens);
            for (int shard = 0; shard < shards; shard++) {
                whole &= document.isLearnedBy(shard);
            }
        }
        counts.forEach((ngram, times) -> {
            long count = stored.get(owner(ngram)).rawCount(ngram);
            if (simulation.exactlyOnce ? count != times : count < times) {
                throw new AssertionError("the count of " + ngram + " is " + count + ", and a census has " + times);
            }
        });
        if (simulation.exactlyOnce) {
            for (int shard = 0; shard < shards; shard++) {
                assertThat(stored.get(shard).counts().rawTotal())
                        .as("tokens of shard %d", shard)
                        .isEqualTo(tokens[shard]);
            }
            if (whole) {
                checkSums();
            }
        }
    }

    private int owner(List<String> ngram) {
        return ShardScorer.shardOf(ngram.size() == 1 ? ngram.get(0) : ngram.get(ngram.size() - 2), shards);
    }

    private void count(Oracle.Doc document, Map<List<String>, Integer> counts, long[] tokens) {
        List<String> sentence = new ArrayList<>(List.of(DocumentTokens.BOS_WORD));
        for (int token : document.tokens().tokens()) {
            sentence.add(document.tokens().words()[token]);
            int last = sentence.size();
            int unigramOwner = ShardScorer.shardOf(sentence.get(last - 1), shards);
            if (document.isLearnedBy(unigramOwner)) {
                tokens[unigramOwner]++;
            }
            for (int length = 1; length <= Math.min(settings.model().order(), last); length++) {
                List<String> ngram = List.copyOf(sentence.subList(last - length, last));
                if (document.isLearnedBy(owner(ngram))) {
                    counts.merge(ngram, 1, Integer::sum);
                }
            }
            if (token == DocumentTokens.EOS) {
                sentence = new ArrayList<>(List.of(DocumentTokens.BOS_WORD));
            }
        }
    }

    /** Σp = 1 after some contexts: over all words, the end of a sentence and what is unknown. */
    private void checkSums() {
        TreeSet<String> words = new TreeSet<>();
        documents.forEach(document -> words.addAll(List.of(document.tokens().words())));
        words.remove(DocumentTokens.BOS_WORD);
        words.remove(DocumentTokens.EOS_WORD);
        if (words.isEmpty()) {
            return;
        }
        List<String> all = new ArrayList<>(words);
        all.add("\u2603");
        List<String> contexts = List.copyOf(words);
        for (int i = 0; i < CONTEXTS; i++) {
            List<String> context = List.of(
                    contexts.get(simulation.chance.nextInt(contexts.size())),
                    contexts.get(simulation.chance.nextInt(contexts.size())));
            double[] sums = new double[settings.model().order() + 1];
            add(context, 2, sums);
            for (String word : all) {
                List<String> continued = new ArrayList<>(context);
                continued.add(word);
                add(continued, 2, sums);
            }
            for (int order = 1; order <= settings.model().order(); order++) {
                assertThat(sums[order])
                        .as("sum of p after %s, order %d", context, order)
                        .isEqualTo(1, within(1e-5));
            }
        }
    }

    private void add(List<String> sentence, int position, double[] sums) {
        DocumentTokens tokens = DocumentTokens.of(List.of(sentence));
        byte[][] requests = new Scatter(settings.model(), shards).requests(0, 0, tokens, false, 0, List.of());
        List<byte[]> replies = new ArrayList<>();
        for (int shard = 0; shard < shards; shard++) {
            replies.add(stored.get(shard).peek(requests[shard]));
        }
        NgramProbabilities rows =
                new Gather(settings.model(), shards).gather(tokens, replies).positions();
        for (int order = 1; order <= settings.model().order(); order++) {
            sums[order] += rows.probability(position, order);
        }
    }
}
