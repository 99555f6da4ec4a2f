package dev.driftline.serving.query;

import dev.driftline.generation.NgramText;
import dev.driftline.generation.TextGenerator.WordProbability;
import dev.driftline.generation.TextModel;
import dev.driftline.scoring.Candidates;
import dev.driftline.scoring.DocumentTokens;
import dev.driftline.scoring.Gather;
import dev.driftline.scoring.ModelSettings;
import dev.driftline.scoring.NextWordDistribution;
import dev.driftline.scoring.Scatter;
import dev.driftline.scoring.ShardScorer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/** What can be asked of the n-gram model as a whole while it learns. Thread-safe as far as its {@link ShardAccess} is. */
public final class CountQueries {

    /** How many words text is drawn from at each step where no top-k is given. */
    public static final int DRAWN_FROM = 100;

    private final ModelSettings settings;
    private final int shards;
    private final ShardAccess access;

    public CountQueries(ModelSettings settings, int shards, ShardAccess access) {
        this.settings = settings;
        this.shards = shards;
        this.access = access;
    }

    /**
     * How often an n-gram has been learned.
     *
     * @param ngram 1 to N words, {@code <s>} and {@code </s>} among them where they belong
     * @throws IllegalArgumentException if it is empty or longer than N
     */
    public long rawCount(List<String> ngram) {
        if (ngram.isEmpty() || ngram.size() > settings.order()) {
            throw new IllegalArgumentException("an n-gram of " + ngram.size()
                    + " words was asked for; counts are kept for 1 to " + settings.order());
        }
        String owner = ngram.get(Math.max(0, ngram.size() - 2));
        return access.rawCount(ShardScorer.shardOf(owner, shards), ngram);
    }

    /** The {@code k} most probable words after the beginning of a sentence, by the top order; best first. */
    public List<WordProbability> next(List<String> sentence, int k) {
        DocumentTokens open = DocumentTokens.of(List.of(sentence));
        Gather gather = new Gather(settings, shards);
        List<byte[]> replies = new ArrayList<>(shards);
        ask(new Scatter(settings, shards).requests(0, 0, open, false, k, List.of()), replies);
        Gather.Gathered gathered = gather.gather(open, replies);
        Candidates candidates = gathered.candidates();
        return IntStream.range(0, candidates.words().size())
                .mapToObj(row -> new WordProbability(
                        candidates.words().get(row), candidates.probabilities().probability(row, settings.order())))
                .sorted(Comparator.comparingDouble(WordProbability::probability)
                        .reversed()
                        .thenComparing(WordProbability::word))
                .limit(k)
                .toList();
    }

    private void ask(byte[][] requests, List<byte[]> replies) {
        for (int shard = 0; shard < requests.length; shard++) {
            if (requests[shard] != null) {
                replies.add(access.peek(shard, requests[shard]));
            }
        }
    }

    /**
     * The counts as a model that text is generated from: at each step the most probable words, since the whole vocabulary
     * would have to cross the network.
     *
     * @param from how many words, 1 or more; 0 for {@value #DRAWN_FROM}
     */
    public TextModel text(int from) {
        int k = from > 0 ? from : DRAWN_FROM;
        return new NgramText(sentence -> {
            List<WordProbability> words = next(sentence, k);
            return new NextWordDistribution.Words(
                    words.stream().map(WordProbability::word).toArray(String[]::new),
                    words.stream().mapToDouble(WordProbability::probability).toArray());
        });
    }
}
