package dev.driftline.scoring;

import dev.driftline.pages.PageStore;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;

/**
 * The whole n-gram model in one process, without Kafka: scores and learns one document after the other.
 *
 * <p>The same requests and replies go through the same code as in the topology. Not thread-safe.
 */
public final class LocalModel {

    private final ModelSettings settings;
    private final ShardScorer[] shards;
    private final Scatter scatter;
    private final Gather gather;
    private long documents;

    /**
     * @param stores gives the store of a shard
     * @param cacheBytes heap that the decoded counts of all shards together may take
     */
    public LocalModel(ModelSettings settings, int shards, IntFunction<PageStore> stores, long cacheBytes) {
        this.settings = settings;
        this.shards = new ShardScorer[shards];
        for (int shard = 0; shard < shards; shard++) {
            this.shards[shard] = new ShardScorer(settings, shard, shards, stores.apply(shard), cacheBytes / shards);
        }
        scatter = new Scatter(settings, shards);
        gather = new Gather(settings, shards);
    }

    /** What makes this model. */
    public ModelSettings settings() {
        return settings;
    }

    /** The number of shards. */
    public int shardCount() {
        return shards.length;
    }

    /** One of the shards. */
    public ShardScorer shard(int number) {
        return shards[number];
    }

    /** Scores a document; then, if {@code learn}, learns it. */
    public NgramProbabilities score(DocumentTokens document, boolean learn) {
        return ask(document, learn, 0, List.of()).positions();
    }

    /**
     * Scores a document and proposes next words after its last sentence; then, if {@code learn}, learns it.
     *
     * @param predictions how many of the counts' own candidates are wanted at least, 1 or more
     * @param extraCandidates words to look at beside them
     */
    public Gather.Gathered ask(DocumentTokens document, boolean learn, int predictions, List<String> extraCandidates) {
        byte[][] requests = scatter.requests(0, documents++, document, learn, predictions, extraCandidates);
        List<byte[]> replies = new ArrayList<>(shards.length);
        for (int shard = 0; shard < shards.length; shard++) {
            replies.add(shards[shard].answer(requests[shard]));
        }
        talk();
        return gather.gather(document, replies);
    }

    /** Shards that forget tell each other. */
    private void talk() {
        for (ShardScorer shard : shards) {
            shard.toOthers().forEach(sent -> shards[sent.shard()].hear(sent.message()));
        }
    }

    /**
     * Proposes next words, and bounds the probability of every other word. Learns nothing.
     *
     * @param open the document so far, its last sentence taken as still open
     * @param proposals how many words each shard proposes of its own
     * @param candidates words to look at beside them
     */
    public Gather.Gathered prove(DocumentTokens open, int proposals, List<String> candidates) {
        byte[][] requests = scatter.proofs(open, proposals, candidates);
        List<byte[]> replies = new ArrayList<>(shards.length);
        for (int shard = 0; shard < shards.length; shard++) {
            replies.add(shards[shard].peek(requests[shard]));
        }
        return gather.gather(open, replies);
    }

    /**
     * Takes a document out that was learned, as if it never had been; every shard is asked first whether it has all of it.
     *
     * @return what became of it: it is out where it was {@link Gather.Taken#everywhere()}, and nothing has changed otherwise
     */
    public Gather.Taken retract(DocumentTokens document) {
        Gather.Taken found = retract(document, shards.length == 1);
        return shards.length > 1 && found.everywhere() ? retract(document, true) : found;
    }

    private Gather.Taken retract(DocumentTokens document, boolean take) {
        byte[][] requests = scatter.retraction(0, documents++, document, take);
        List<byte[]> replies = new ArrayList<>(shards.length);
        for (int shard = 0; shard < shards.length; shard++) {
            replies.add(shards[shard].answer(requests[shard]));
        }
        talk();
        return gather.retracted(replies);
    }

    /** Raw count of an n-gram of 1 to N words, {@code <s>} and {@code </s>} among them where they belong. */
    public long rawCount(List<String> ngram) {
        String owner = ngram.size() == 1 ? ngram.get(0) : ngram.get(ngram.size() - 2);
        return shards[ShardScorer.shardOf(owner, shards.length)].rawCount(ngram);
    }

    /** Puts every changed page into the stores. */
    public void writeBack() {
        for (ShardScorer shard : shards) {
            shard.writeBack();
        }
    }
}
