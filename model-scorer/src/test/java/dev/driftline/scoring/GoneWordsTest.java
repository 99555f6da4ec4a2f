package dev.driftline.scoring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.within;

import dev.driftline.ngram.Forgetting;
import dev.driftline.ngram.NgramCounts;
import dev.driftline.pages.HeapPageStore;
import dev.driftline.scoring.messages.GoneWords;
import dev.driftline.scoring.messages.ModelFingerprint;
import dev.driftline.scoring.messages.ShardMessageException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What shards that forget tell each other, so that words leave and no probability is lost with them. */
class GoneWordsTest {

    private static final int SHARDS = 4;

    private static ModelSettings settings(Forgetting forgetting) {
        return ModelSettings.ofOrder(3).forgetting(forgetting);
    }

    private static DocumentTokens document(Random random, int number) {
        List<String> sentence = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            sentence.add(i % 3 == 1 ? "new" + number + "x" + i : "k" + (int) (20 * Math.pow(random.nextDouble(), 2)));
        }
        return DocumentTokens.of(List.of(sentence));
    }

    @ParameterizedTest
    @CsvSource({"150, 0", "0, 1000", "300, 1500"})
    void shouldSumToOneAtEachMomentWhileWordsLeave(long bound, long halfLife) {
        LocalModel model = new LocalModel(
                settings(new Forgetting(0, bound, halfLife)), SHARDS, shard -> new HeapPageStore(), 1 << 20);
        Random random = new Random(5);
        Set<String> words = new HashSet<>();
        long left = 0;
        for (int i = 0; i < 400; i++) {
            DocumentTokens document = document(random, i);
            words.addAll(Arrays.asList(document.words()));
            model.score(document, true);
            if (i % 50 == 49) {
                words.removeIf(word -> model.rawCount(List.of(word)) == 0);
                for (List<String> context : List.of(List.<String>of(), List.of("k0"), List.of("k1", "k0"))) {
                    double sum = p(model, context, "never") + p(model, context, DocumentTokens.EOS_WORD);
                    for (String word : words) {
                        sum += word.startsWith("<") ? 0 : p(model, context, word);
                    }
                    assertThat(sum).as("after %s, document %d", context, i).isCloseTo(1, within(2e-6));
                }
            }
        }
        for (int shard = 0; shard < SHARDS; shard++) {
            left += model.shard(shard).counts().forgotten().words();
        }
        assertThat(left).isGreaterThan(500);
        assertThat(words).hasSizeLessThan(1000);
    }

    private static double p(LocalModel model, List<String> context, String word) {
        List<String> sentence = new ArrayList<>(context);
        if (!word.equals(DocumentTokens.EOS_WORD)) {
            sentence.add(word);
        }
        return model.score(DocumentTokens.of(List.of(sentence)), false).probability(context.size(), 3);
    }

    @Test
    void shouldForgetTheSameWordsWhereverCommitsFell() {
        ModelSettings settings = settings(new Forgetting(0, 40, 0));
        LocalModel whole = new LocalModel(settings, SHARDS, shard -> new HeapPageStore(), 1 << 20);
        List<HeapPageStore> stores = new ArrayList<>();
        for (int shard = 0; shard < SHARDS; shard++) {
            stores.add(new HeapPageStore());
        }
        LocalModel committed = new LocalModel(settings, SHARDS, stores::get, 1 << 20);
        Random random = new Random(9);
        for (int i = 0; i < 300; i++) {
            DocumentTokens document = document(random, i / 2);
            NgramProbabilities expected = whole.score(document, true);
            NgramProbabilities found = committed.score(document, true);
            for (int row = 0; row < expected.rows(); row++) {
                assertThat(found.probability(row, 3)).isEqualTo(expected.probability(row, 3));
            }
            if (random.nextInt(3) == 0) {
                committed.writeBack();
                for (int shard = 0; shard < SHARDS; shard++) {
                    committed.shard(shard).forget();
                }
            }
        }
        for (int shard = 0; shard < SHARDS; shard++) {
            assertThat(committed.shard(shard).counts().held())
                    .isEqualTo(whole.shard(shard).counts().held());
            assertThat(committed.shard(shard).counts().forgotten())
                    .isEqualTo(whole.shard(shard).counts().forgotten());
        }
    }

    /** Documents, retractions and what shards say come to each shard in an order of its own. */
    @Test
    void shouldAgreeInTheEndInWhateverOrderShardsAreTold() {
        ModelSettings settings = settings(new Forgetting(0, 60, 0));
        for (int seed = 0; seed < 6; seed++) {
            Random random = new Random(seed);
            List<ShardScorer> shards = new ArrayList<>();
            List<Queue<byte[]>> queues = new ArrayList<>();
            List<List<byte[][]>> partitions = List.of(new ArrayList<>(), new ArrayList<>());
            List<Queue<byte[]>> heard = new ArrayList<>();
            for (int shard = 0; shard < SHARDS; shard++) {
                shards.add(new ShardScorer(settings, shard, SHARDS, new HeapPageStore(), 1 << 20));
                queues.add(new ArrayDeque<>());
                heard.add(new ArrayDeque<>());
            }
            Scatter scatter = new Scatter(settings, SHARDS);
            List<DocumentTokens> learned = new ArrayList<>();
            for (int i = 0; i < 160; i++) {
                int to = random.nextInt(2);
                if (i > 20 && random.nextInt(5) == 0) {
                    DocumentTokens out = learned.remove(random.nextInt(learned.size()));
                    partitions.get(to).add(scatter.retraction(to, i, out, true));
                } else {
                    learned.add(document(random, i));
                    partitions
                            .get(to)
                            .add(scatter.requests(to, i, learned.get(learned.size() - 1), true, 0, List.of()));
                }
            }
            for (int shard = 0; shard < SHARDS; shard++) {
                int[] next = {0, 0};
                while (next[0] < partitions.get(0).size()
                        || next[1] < partitions.get(1).size()) {
                    int from = random.nextInt(2);
                    if (next[from] < partitions.get(from).size()) {
                        queues.get(shard).add(partitions.get(from).get(next[from]++)[shard]);
                    }
                }
            }
            drain(shards, queues, heard, random);

            Map<String, long[]> balances = new HashMap<>();
            for (int shard = 0; shard < SHARDS; shard++) {
                NgramCounts counts = shards.get(shard).counts();
                int number = shard;
                counts.unigrams((id, raw, continuation) -> {
                    String word = counts.spelling(id);
                    boolean owns = ShardScorer.shardOf(word, SHARDS) == number;
                    balances.computeIfAbsent(word, added -> new long[2])[owns ? 0 : 1] += counts.shared(id);
                });
            }
            assertThat(balances)
                    .as("seed %d", seed)
                    .allSatisfy(
                            (word, balance) -> assertThat(balance[0]).as(word).isEqualTo(balance[1]));
            assertThat(shards.stream()
                            .mapToLong(shard -> shard.counts().forgotten().words())
                            .sum())
                    .isPositive();
        }
    }

    private static void drain(
            List<ShardScorer> shards, List<Queue<byte[]>> queues, List<Queue<byte[]>> heard, Random random) {
        while (queues.stream().anyMatch(queue -> !queue.isEmpty())
                || heard.stream().anyMatch(queue -> !queue.isEmpty())) {
            int shard = random.nextInt(SHARDS);
            Queue<byte[]> queue = random.nextBoolean() ? queues.get(shard) : heard.get(shard);
            if (queue.isEmpty()) {
                continue;
            }
            byte[] message = queue.remove();
            if (GoneWords.is(message)) {
                shards.get(shard).hear(message);
            } else {
                shards.get(shard).answer(message);
                shards.get(shard)
                        .toOthers()
                        .forEach(sent -> heard.get(sent.shard()).add(sent.message()));
            }
            if (random.nextInt(8) == 0) {
                shards.get(shard).writeBack();
                shards.get(shard).forget();
            }
        }
    }

    /** A bound that a model gets later finds the words as if it had been there from the beginning. */
    @Test
    void shouldFindOutWhatShardsShareWhereABoundComesLater() {
        Forgetting never = new Forgetting(0, 1_000_000, 0);
        List<HeapPageStore> stores = new ArrayList<>();
        List<HeapPageStore> others = new ArrayList<>();
        for (int shard = 0; shard < SHARDS; shard++) {
            stores.add(new HeapPageStore());
            others.add(new HeapPageStore());
        }
        LocalModel bounded = new LocalModel(settings(never), SHARDS, stores::get, 1 << 20);
        LocalModel unbounded = new LocalModel(settings(Forgetting.NOTHING), SHARDS, others::get, 1 << 20);
        Random random = new Random(1);
        for (int i = 0; i < 100; i++) {
            DocumentTokens document = document(random, i);
            bounded.score(document, true);
            unbounded.score(document, true);
        }
        unbounded.writeBack();
        LocalModel later = new LocalModel(settings(never), SHARDS, others::get, 1 << 20);

        for (int shard = 0; shard < SHARDS; shard++) {
            NgramCounts counts = later.shard(shard).counts();
            NgramCounts expected = bounded.shard(shard).counts();
            long[] shared = {0};
            counts.unigrams((id, raw, continuation) -> {
                assertThat(counts.shared(id)).as(counts.spelling(id)).isEqualTo(expected.shared(id));
                shared[0] += counts.shared(id);
            });
            assertThat(shared[0]).isGreaterThan(100);
        }
    }

    @Test
    void shouldRefuseWhatIsNotWholeOrOfAnotherModel() {
        ModelFingerprint model = ModelSettings.ofOrder(3).fingerprint(3);
        GoneWords.Writer writer = new GoneWords.Writer(model);
        writer.add(1, "東京", 5);
        writer.add(2, "b", -3);
        writer.add(1, "a", 1L << 40);
        List<GoneWords.Sent> sent = writer.take();
        List<String> words = new ArrayList<>();
        sent.forEach(message ->
                GoneWords.read(message.message(), model, (word, times) -> words.add(message.shard() + word + times)));

        assertThat(words).containsExactly("1東京5", "1a1099511627776", "2b-3");
        assertThat(writer.take()).isEmpty();
        byte[] whole = sent.get(0).message();
        assertThatThrownBy(() -> GoneWords.read(whole, ModelSettings.ofOrder(3).fingerprint(4), (word, times) -> {}))
                .isInstanceOf(ShardMessageException.class);
        for (int at = 0; at < whole.length; at++) {
            byte[] flipped = whole.clone();
            flipped[at] ^= 4;
            byte[] cut = Arrays.copyOf(whole, at);
            for (byte[] damaged : List.of(flipped, cut)) {
                assertThat(catchThrowable(() -> GoneWords.read(damaged, model, (word, times) -> {})))
                        .isInstanceOf(ShardMessageException.class);
            }
        }
        GoneWords.Writer many = new GoneWords.Writer(model);
        for (int i = 0; i < 9000; i++) {
            many.add(0, "word" + i, 1);
        }
        assertThat(many.take())
                .hasSizeGreaterThan(2)
                .allSatisfy(message -> assertThat(message.message()).hasSizeLessThan(40_000));
    }
}
