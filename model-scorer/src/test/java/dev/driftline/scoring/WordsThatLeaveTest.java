package dev.driftline.scoring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.driftline.ngram.Forgetting;
import dev.driftline.ngram.NgramCounts;
import dev.driftline.pages.HeapPageStore;
import dev.driftline.smoothing.Smoothing;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Shards that forget, and a stream of ever-new words. */
class WordsThatLeaveTest {

    @ParameterizedTest
    @CsvSource({
        "1, true, 3000, 0",
        "1, true, 0, 2000",
        "1, false, 3000, 0",
        "3, false, 1500, 2000",
        "4, true, 1500, 0",
        "4, true, 0, 2000"
    })
    void shouldKeepWordsAndSpellingsInStepAndBounded(int shards, boolean growing, long bound, long halfLife) {
        List<String> known = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            known.add("k" + i);
        }
        Vocabulary vocabulary = growing ? Vocabulary.growing() : Vocabulary.fixed(known);
        ModelSettings settings = new ModelSettings(3, Smoothing.KNESER_NEY, vocabulary, ModelSettings.DEFAULT_DELTA)
                .forgetting(new Forgetting(0, bound, halfLife));
        List<HeapPageStore> stores = new ArrayList<>();
        for (int shard = 0; shard < shards; shard++) {
            stores.add(new HeapPageStore());
        }
        LocalModel model = new LocalModel(settings, shards, stores::get, 1 << 22);
        Random random = new Random(3);
        long[] words = new long[2];
        long[] stored = new long[2];
        int next = 0;
        for (int half = 0; half < 2; half++) {
            for (int i = 0; i < 300; i++) {
                List<List<String>> sentences = new ArrayList<>();
                for (int s = 0; s < 3; s++) {
                    List<String> sentence = new ArrayList<>();
                    for (int n = 0; n < 8; n++) {
                        double u = random.nextDouble();
                        sentence.add(n % 2 == 0 ? known.get((int) (40 * u * u)) : "new" + next++);
                    }
                    sentences.add(sentence);
                }
                NgramProbabilities rows = model.score(DocumentTokens.of(sentences), true);
                for (int row = 0; row < rows.rows(); row++) {
                    assertThat(rows.probability(row, 3)).isBetween(1e-30, 1.0);
                }
                if (i % 20 == 19) {
                    model.writeBack();
                    for (int shard = 0; shard < shards; shard++) {
                        model.shard(shard).forget();
                    }
                    for (int shard = 0; shard < shards; shard++) {
                        assertThat(tuplesWithoutWord(model.shard(shard).counts()))
                                .isZero();
                    }
                    words[half] = Math.max(words[half], words(model));
                    stored[half] = Math.max(stored[half], stored(stores));
                }
            }
        }
        assertThat(words[1]).isLessThan(words[0] * 13 / 10);
        assertThat(stored[1]).isLessThan(stored[0] * 13 / 10);
        for (int shard = 0; shard < shards; shard++) {
            NgramCounts counts = model.shard(shard).counts();
            long[] spelled = {0};
            counts.unigrams((id, raw, continuation) -> {
                boolean outside = counts.spelling(id).startsWith("new") && counts.outside(id) > 0;
                spelled[0] += (growing ? raw > 0 && id != NgramCounts.EOS : outside) ? 1 : 0;
            });
            assertThat(model.shard(shard).spelling().words()).isEqualTo(spelled[0]);
        }
        long forgotten = 0;
        for (int shard = 0; shard < shards; shard++) {
            forgotten += model.shard(shard).counts().forgotten().words();
        }
        assertThat(forgotten).isGreaterThan(next / 2);
    }

    /** Those of a word that has lost its id, which another may have by now. */
    private static int tuplesWithoutWord(NgramCounts counts) {
        int[] found = {0};
        counts.tuples((context, length, word, count) -> {
            for (int d = 1; d <= length; d++) {
                found[0] += counts.spelling(context[d]).isEmpty() ? 1 : 0;
            }
            found[0] += counts.spelling(word).isEmpty() ? 1 : 0;
        });
        return found[0];
    }

    private static long words(LocalModel model) {
        long words = 0;
        for (int shard = 0; shard < model.shardCount(); shard++) {
            words += model.shard(shard).counts().held().words();
        }
        return words;
    }

    /** Without spellings, the list of which is written again after some thousands of words. */
    private static long stored(List<HeapPageStore> stores) {
        long[] bytes = {0};
        stores.forEach(store ->
                store.scan(new byte[0], (key, value) -> bytes[0] += key[0] == 'c' ? 0 : key.length + value.length));
        return bytes[0];
    }
}
