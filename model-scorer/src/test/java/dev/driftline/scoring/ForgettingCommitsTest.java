package dev.driftline.scoring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.driftline.ngram.Forgetting;
import dev.driftline.scoring.messages.GoneWords;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Shards that forget are the same wherever commits and crashes fell, and whatever was dropped from the heap: they answer with the
 * same bytes, and tell each other the same.
 */
class ForgettingCommitsTest {

    private static final int DOCUMENTS = 150;

    /**
     * One that stays on the heap, one that is often read anew, and one of which the heap has next to nothing, and which is asked
     * while it is written back.
     */
    private static final long[] CACHE_BYTES = {1 << 22, 1 << 22, 1500};

    private static DocumentTokens document(Random random, int words, int number) {
        return DocumentTokens.of(IntStream.range(0, 1 + random.nextInt(2))
                .mapToObj(sentence -> IntStream.range(0, 1 + random.nextInt(10))
                        .mapToObj(i -> random.nextInt(6) == 0
                                ? "new" + number + "x" + i
                                : "w" + (int) (words * Math.pow(random.nextDouble(), 3)))
                        .toList())
                .toList());
    }

    @ParameterizedTest
    @CsvSource({
        "2, 1,  5,  20,    0",
        "3, 2, 12,  20,    0",
        "3, 4,  5,  60,    0",
        "4, 2, 12, 200,    0",
        "4, 1, 60,  60, 1650",
        "5, 4, 12, 200,  900",
        "5, 1, 12, 1000, 2287",
        "3, 2, 60,   0,  600"
    })
    void shouldAnswerAndTellOthersTheSameWhereverCommitsFell(
            int order, int shards, int words, long bound, long halfLife) {
        for (boolean retracts : new boolean[] {false, true}) {
            for (int seed = 0; seed < 3; seed++) {
                compare(order, shards, words, new Forgetting(0, bound, halfLife), retracts, seed);
            }
        }
    }

    private static void compare(int order, int shards, int words, Forgetting forgetting, boolean retracts, int seed) {
        Random random = new Random(seed);
        Random asks = new Random(seed);
        ModelSettings settings = ModelSettings.ofOrder(order).forgetting(forgetting);
        ShardScorer[][] models = new ShardScorer[CACHE_BYTES.length][shards];
        List<Queue<byte[]>> told = new ArrayList<>();
        for (int shard = 0; shard < shards; shard++) {
            told.add(new ArrayDeque<>());
            for (int model = 0; model < models.length; model++) {
                AskedPages pages = new AskedPages(10);
                ShardScorer scorer = new ShardScorer(settings, shard, shards, pages, CACHE_BYTES[model], 1 << 20);
                models[model][shard] = scorer;
                if (model == 2) {
                    int number = shard;
                    Scatter questions = new Scatter(settings, shards);
                    pages.ask(() -> {
                        scorer.peek(questions.proofs(document(asks, words, -1), 3, List.of("w1"))[number]);
                        scorer.trim();
                    });
                }
            }
        }
        Scatter scatter = new Scatter(settings, shards);
        List<DocumentTokens> learned = new ArrayList<>();
        for (int number = 0; number < DOCUMENTS; number++) {
            boolean takesOut = retracts && !learned.isEmpty() && random.nextInt(4) == 0;
            // One in five of those that are taken out was never learned, and has n-grams of others.
            boolean isStrange = learned.isEmpty() || (takesOut ? random.nextInt(5) == 0 : random.nextInt(6) > 0);
            int which = random.nextInt(Math.max(1, learned.size()));
            DocumentTokens document =
                    isStrange ? document(random, words, number) : takesOut ? learned.remove(which) : learned.get(which);
            if (!takesOut) {
                learned.add(document);
            }
            byte[][] requests = takesOut
                    ? scatter.retraction(0, number, document, true)
                    : scatter.requests(0, number, document, true, 0, List.of());
            for (int shard = 0; shard < shards; shard++) {
                Queue<byte[]> waiting = told.get(shard);
                while (!waiting.isEmpty() && random.nextInt(3) > 0) {
                    byte[] message = waiting.remove();
                    for (ShardScorer[] model : models) {
                        model[shard].hear(message);
                    }
                }
                String where = "seed " + seed + ", document " + number + ", shard " + shard;
                byte[] reply = models[0][shard].answer(requests[shard]);
                List<GoneWords.Sent> sent = models[0][shard].toOthers();
                for (int model = 1; model < models.length; model++) {
                    assertThat(models[model][shard].answer(requests[shard]))
                            .as("model %d, %s", model, where)
                            .isEqualTo(reply);
                    assertThat(models[model][shard].toOthers())
                            .as("model %d, %s", model, where)
                            .usingElementComparator((one, other) -> one.shard() != other.shard()
                                    ? Integer.compare(one.shard(), other.shard())
                                    : Arrays.compare(one.message(), other.message()))
                            .isEqualTo(sent);
                    assertThat(models[model][shard].counts().held())
                            .as("model %d, %s", model, where)
                            .isEqualTo(models[0][shard].counts().held());
                }
                sent.forEach(message -> told.get(message.shard()).add(message.message()));
                if (random.nextInt(3) == 0) {
                    models[1][shard].writeBack();
                    models[1][shard].forget();
                }
                if (random.nextInt(9) == 0) {
                    models[2][shard].writeBack();
                }
            }
        }
    }
}
