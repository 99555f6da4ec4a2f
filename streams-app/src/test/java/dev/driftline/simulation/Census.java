package dev.driftline.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.driftline.pages.HeapPageStore;
import dev.driftline.pages.PageStore;
import dev.driftline.scoring.DocumentTokens;
import dev.driftline.scoring.Gather;
import dev.driftline.scoring.NgramProbabilities;
import dev.driftline.scoring.Scatter;
import dev.driftline.scoring.ShardScorer;
import dev.driftline.shards.ShardCounts;
import dev.driftline.store.SimulatedChangelog;
import dev.driftline.store.SimulatedStore;
import dev.driftline.topology.TopologySettings;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import org.apache.kafka.common.utils.Bytes;

/**
 * What the changelogs of the counts say, beside the documents that were learned: after each commit for the documents that it has
 * taken in, and in the end for all.
 */
final class Census {

    /** At one of how many commits probabilities are added up. */
    private static final int SUMS = 16;

    private static final int CACHE_BYTES = 1 << 20;

    private final Simulation simulation;
    private final TopologySettings settings;
    private final int shards;
    /** Then the counts are not those of the documents, and only scores are compared with a replay. */
    private final boolean forgets;

    private final Map<List<String>, Integer> counts = new HashMap<>();
    private final long[] tokens;
    private final TreeSet<String> words = new TreeSet<>();
    /** How many shards have learned a document, of those that not every shard has. */
    private final Map<Oracle.Doc, Integer> partly = new HashMap<>();
    /** What has been counted since the last check. */
    private final Set<List<String>> fresh = new HashSet<>();

    private final Set<Integer> freshShards = new HashSet<>();

    Census(Simulation simulation) {
        this.simulation = simulation;
        settings = simulation.blueprint.settings;
        shards = settings.shards();
        forgets = settings.model().forgetting().isOn();
        tokens = new long[shards];
    }

    /** A shard has learned a document, in a transaction that is being committed. */
    void learned(int shard, Oracle.Doc document) {
        if (forgets) {
            return;
        }
        add(shard, document, 1);
        words.addAll(Arrays.asList(document.tokens().words()));
        if (partly.merge(document, 1, Integer::sum) == shards) {
            partly.remove(document);
        }
    }

    private void add(int shard, Oracle.Doc document, int sign) {
        count(shard, document, (ngram, times) -> {
            counts.merge(ngram, sign * times, Census::sum);
            fresh.add(ngram);
            if (ngram.size() == 1) {
                tokens[shard] += sign;
            }
        });
        freshShards.add(shard);
    }

    /** What is gone is as if it had never been there. */
    private static Integer sum(Integer one, Integer other) {
        int sum = one + other;
        return sum == 0 ? null : sum;
    }

    /** A shard has taken out what a retraction names, or put it back. */
    void retracted(int shard, Oracle.Doc retraction, boolean taken) {
        if (forgets) {
            return;
        }
        add(shard, retraction, taken ? -1 : 1);
        int shardsWithout = partly.merge(retraction, taken ? 1 : -1, Integer::sum);
        if (shardsWithout == 0 || shardsWithout == shards) {
            partly.remove(retraction);
        }
    }

    /** Exactly once, a transaction has been committed. */
    void check() {
        if (freshShards.isEmpty()) {
            return;
        }
        List<ShardScorer> stored = stored(false);
        fresh.forEach(ngram -> compare(stored, ngram, counts.getOrDefault(ngram, 0)));
        freshShards.forEach(shard -> compareTokens(stored, shard));
        fresh.clear();
        freshShards.clear();
        if (partly.isEmpty() && simulation.chance.nextInt(SUMS) == 0) {
            checkSums(stored);
        }
    }

    /** All has been processed: the counts are read anew, from the changelogs as they are after compaction. */
    void finish(List<Oracle.Doc> documents) {
        if (forgets) {
            return;
        }
        List<ShardScorer> stored = stored(true);
        Map<List<String>, Integer> all = new HashMap<>();
        // Without transactions a retraction may come twice, and then takes the text of another document.
        Set<List<String>> unsure = new HashSet<>();
        boolean whole = true;
        for (Oracle.Doc document : documents) {
            for (int shard = 0; shard < shards && document.isRetraction() && !simulation.exactlyOnce; shard++) {
                count(shard, document, (ngram, times) -> unsure.add(ngram));
            }
            words.addAll(Arrays.asList(document.tokens().words()));
            for (int shard = 0; shard < shards; shard++) {
                if (document.isLearnedBy(shard)) {
                    int sign = document.isRetraction() ? -1 : 1;
                    count(shard, document, (ngram, times) -> all.merge(ngram, sign * times, Census::sum));
                } else if (!document.isRetraction() || document.isTakenPartly()) {
                    whole = false;
                }
            }
        }
        if (simulation.exactlyOnce) {
            assertThat(counts).as("the census").isEqualTo(all);
        }
        all.keySet().removeAll(unsure);
        all.forEach((ngram, times) -> compare(stored, ngram, times));
        if (simulation.exactlyOnce) {
            for (int shard = 0; shard < shards; shard++) {
                compareTokens(stored, shard);
            }
            if (whole) {
                checkSums(stored);
            }
        }
    }

    private void compare(List<ShardScorer> stored, List<String> ngram, int times) {
        long count = stored.get(owner(ngram)).rawCount(ngram);
        if (simulation.exactlyOnce ? count != times : count < times) {
            throw new AssertionError("the count of " + ngram + " is " + count + ", and a census has " + times);
        }
    }

    private void compareTokens(List<ShardScorer> stored, int shard) {
        long count = stored.get(shard).counts().rawTotal();
        if (count != tokens[shard]) {
            throw new AssertionError("shard " + shard + " has " + count + " tokens, and a census has " + tokens[shard]);
        }
    }

    /** @param anew whether the changelogs are replayed, as they are now */
    private List<ShardScorer> stored(boolean anew) {
        List<ShardScorer> stored = new ArrayList<>();
        simulation
                .changelogs(ShardCounts.STORE)
                .forEach((shard, changelog) -> stored.add(new ShardScorer(
                        settings.model(), shard, shards, anew ? restored(changelog) : pages(changelog), CACHE_BYTES)));
        return stored;
    }

    private static PageStore restored(SimulatedChangelog changelog) {
        HeapPageStore pages = new HeapPageStore();
        changelog.restored().forEach((key, value) -> {
            if (!SimulatedStore.isHeader(key)) {
                pages.put(key.get(), value);
            }
        });
        return pages;
    }

    /** To be read only. */
    private static PageStore pages(SimulatedChangelog changelog) {
        NavigableMap<Bytes, byte[]> contents = changelog.contents();
        return new PageStore() {
            @Override
            public byte[] get(byte[] key) {
                return contents.get(Bytes.wrap(key));
            }

            @Override
            public void put(byte[] key, byte[] value) {
                throw new UnsupportedOperationException();
            }

            @Override
            public void scan(byte[] prefix, BiConsumer<byte[], byte[]> visitor) {
                for (Map.Entry<Bytes, byte[]> entry :
                        contents.tailMap(Bytes.wrap(prefix), true).entrySet()) {
                    byte[] key = entry.getKey().get();
                    if (key.length < prefix.length || !Arrays.equals(key, 0, prefix.length, prefix, 0, prefix.length)) {
                        return;
                    }
                    if (!SimulatedStore.isHeader(entry.getKey())) {
                        visitor.accept(key, entry.getValue());
                    }
                }
            }
        };
    }

    private int owner(List<String> ngram) {
        return ShardScorer.shardOf(ngram.size() == 1 ? ngram.get(0) : ngram.get(ngram.size() - 2), shards);
    }

    /** Counts what one shard has of a document. */
    private void count(int shard, Oracle.Doc document, BiConsumer<List<String>, Integer> counted) {
        List<String> sentence = new ArrayList<>(List.of(DocumentTokens.BOS_WORD));
        for (int token : document.tokens().tokens()) {
            sentence.add(document.tokens().words()[token]);
            int last = sentence.size();
            for (int length = 1; length <= Math.min(settings.model().order(), last); length++) {
                List<String> ngram = List.copyOf(sentence.subList(last - length, last));
                if (owner(ngram) == shard) {
                    counted.accept(ngram, 1);
                }
            }
            if (token == DocumentTokens.EOS) {
                sentence = new ArrayList<>(List.of(DocumentTokens.BOS_WORD));
            }
        }
    }

    /** Σp = 1 after a context: over all words, the end of a sentence and what is unknown. */
    private void checkSums(List<ShardScorer> stored) {
        TreeSet<String> all = new TreeSet<>(words);
        all.remove(DocumentTokens.BOS_WORD);
        all.remove(DocumentTokens.EOS_WORD);
        if (all.isEmpty()) {
            return;
        }
        List<String> contexts = List.copyOf(all);
        // A word that only documents had which were taken out is unknown again.
        all.removeIf(word -> stored.get(owner(List.of(word))).rawCount(List.of(word)) == 0);
        all.add("\u2603");
        List<String> context = List.of(
                contexts.get(simulation.chance.nextInt(contexts.size())),
                contexts.get(simulation.chance.nextInt(contexts.size())));
        double[] sums = new double[settings.model().order() + 1];
        add(stored, context, sums);
        for (String word : all) {
            List<String> continued = new ArrayList<>(context);
            continued.add(word);
            add(stored, continued, sums);
        }
        for (int order = 1; order <= settings.model().order(); order++) {
            assertThat(sums[order])
                    .as("sum of p after %s, order %d", context, order)
                    .isEqualTo(1, within(1e-5));
        }
    }

    private void add(List<ShardScorer> stored, List<String> sentence, double[] sums) {
        DocumentTokens document = DocumentTokens.of(List.of(sentence));
        byte[][] requests = new Scatter(settings.model(), shards).requests(0, 0, document, false, 0, List.of());
        List<byte[]> replies = new ArrayList<>();
        for (int shard = 0; shard < shards; shard++) {
            replies.add(stored.get(shard).peek(requests[shard]));
        }
        NgramProbabilities rows =
                new Gather(settings.model(), shards).gather(document, replies).positions();
        for (int order = 1; order <= settings.model().order(); order++) {
            sums[order] += rows.probability(2, order);
        }
    }
}
