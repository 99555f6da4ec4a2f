package dev.driftline.scoring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.driftline.pages.HeapPageStore;
import dev.driftline.pages.PageStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever is asked, the model is the one that was asked. */
class QuestionsTest {

    private static final DocumentTokens PROBE = document("the unheard houseboat of zyxwvut");

    /** Fails to read while {@link #broken}. */
    private static final class BreakablePages implements PageStore {

        private final HeapPageStore pages = new HeapPageStore();
        private boolean broken;

        @Override
        public byte @Nullable [] get(byte[] key) {
            if (broken) {
                throw new IllegalStateException("no page can be read");
            }
            return pages.get(key);
        }

        @Override
        public void put(byte[] key, byte @Nullable [] value) {
            pages.put(key, value);
        }

        @Override
        public void scan(byte[] prefix, BiConsumer<byte[], byte[]> visitor) {
            pages.scan(prefix, visitor);
        }
    }

    private static DocumentTokens document(String text) {
        return DocumentTokens.of(List.of(List.of(text.split(" "))));
    }

    private static LocalModel taught(int shards, List<BreakablePages> stores) {
        LocalModel model = new LocalModel(
                ModelSettings.ofOrder(3),
                shards,
                shard -> {
                    stores.add(new BreakablePages());
                    return stores.get(shard);
                },
                1 << 22);
        for (int i = 0; i < 30; i++) {
            model.score(
                    document("the house of mouse number " + i + " houses the mousing boats of house " + i % 7), true);
        }
        model.writeBack();
        return model;
    }

    private static String unheard(Random random) {
        StringBuilder text = new StringBuilder("the");
        for (int i = 0; i < 200; i++) {
            text.append(' ');
            for (int letter = 0; letter < 7; letter++) {
                text.append((char) ('a' + random.nextInt(26)));
            }
        }
        return text.toString();
    }

    private static List<Long> sizes(LocalModel model) {
        List<Long> sizes = new ArrayList<>();
        for (int shard = 0; shard < model.shardCount(); shard++) {
            sizes.add((long) model.shard(shard).counts().wordCount());
            sizes.add(model.shard(shard).spelling().words());
            sizes.add(model.shard(shard).spelling().contexts());
        }
        return sizes;
    }

    /** New words enough for the tables and the contexts of spellings to be stored, and one document with too many to count at once. */
    private static DocumentTokens manyNew(Random random, int number) {
        return document(IntStream.range(0, number == 2 ? 8400 : 400)
                .mapToObj(i -> (i % 3 == 0 ? "w" : "of" + number + "x") + random.nextInt(50_000))
                .collect(Collectors.joining(" ")));
    }

    @ParameterizedTest
    @CsvSource({"1, 20000", "2, 60000", "2, 4000000"})
    void shouldAnswerWithinAWriteBackAsBeforeItAndStoreTheSame(int shards, long cacheBytes) {
        List<AskedPages> asked = new ArrayList<>();
        List<AskedPages> alone = new ArrayList<>();
        LocalModel model = model(shards, asked, cacheBytes);
        LocalModel other = model(shards, alone, cacheBytes);
        Scatter questions = new Scatter(ModelSettings.ofOrder(3), shards);
        byte[][] requests = questions.proofs(PROBE, 5, List.of("never", "the", "w7"));
        byte[][] unheard = questions.requests(0, 0, document(unheard(new Random(3))), false, 0, List.of());
        for (int number = 0; number < 4; number++) {
            model.score(manyNew(new Random(number), number), true);
            other.score(manyNew(new Random(number), number), true);
            for (int shard = 0; shard < shards; shard++) {
                ShardScorer scorer = model.shard(shard);
                int here = shard;
                byte[] before = scorer.peek(requests[here]);
                asked.get(shard).ask(() -> {
                    assertThat(scorer.peek(requests[here])).isEqualTo(before);
                    scorer.peek(unheard[here]);
                    scorer.trim();
                });
                scorer.writeBack();
                assertThat(scorer.peek(requests[here])).isEqualTo(before);
            }
            other.writeBack();
        }
        assertThat(asked).allSatisfy(pages -> assertThat(pages.asked()).isGreaterThan(5));
        LocalModel reopened = new LocalModel(ModelSettings.ofOrder(3), shards, asked::get, cacheBytes);
        LocalModel expected = new LocalModel(ModelSettings.ofOrder(3), shards, alone::get, cacheBytes);
        for (int i = 0; i < 3; i++) {
            // What a large document has left to be counted is counted by those after it.
            spelled(reopened);
            spelled(expected);
        }
        assertThat(sizes(reopened)).isEqualTo(sizes(expected));
        assertThat(spelled(reopened)).isEqualTo(spelled(expected));
        for (int shard = 0; shard < shards; shard++) {
            assertThat(reopened.shard(shard).peek(requests[shard]))
                    .isEqualTo(expected.shard(shard).peek(requests[shard]));
        }
    }

    private static LocalModel model(int shards, List<AskedPages> stores, long cacheBytes) {
        return new LocalModel(
                ModelSettings.ofOrder(3),
                shards,
                shard -> {
                    stores.add(new AskedPages(11));
                    return stores.get(shard);
                },
                cacheBytes);
    }

    private static float[] spelled(LocalModel model) {
        return model.score(PROBE, false).spellingBits();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void shouldLeaveNothingBehindWhenADocumentIsNotLearned(int shards) {
        LocalModel model = taught(shards, new ArrayList<>());
        List<Long> sizes = sizes(model);
        float[] spelled = spelled(model);
        Random random = new Random(5);
        for (int i = 0; i < 20; i++) {
            DocumentTokens question = document(unheard(random));
            model.score(question, false);
            model.ask(question, false, 5, List.of("unheardof", "otherwise" + i));
            model.prove(question, 5, List.of("never" + i, "the"));
        }
        assertThat(sizes(model)).isEqualTo(sizes);
        assertThat(spelled(model)).isEqualTo(spelled);
    }

    @Test
    void shouldLeaveNothingBehindWhenAQuestionFailsHalfWay() {
        List<BreakablePages> stores = new ArrayList<>();
        LocalModel model = taught(1, stores);
        List<Long> sizes = sizes(model);
        float[] spelled = spelled(model);
        LocalModel reopened = new LocalModel(ModelSettings.ofOrder(3), 1, stores::get, 1 << 22);
        assertThat(sizes(reopened)).isEqualTo(sizes);
        // What words need is read now, what contexts need is not: it fails behind the unigrams.
        stores.get(0).broken = true;
        DocumentTokens question = document(unheard(new Random(6)) + " house of the mouse");
        assertThatThrownBy(() -> reopened.score(question, false)).hasMessageContaining("no page can be read");
        assertThatThrownBy(() -> reopened.score(question, true)).hasMessageContaining("no page can be read");
        stores.get(0).broken = false;
        assertThat(sizes(reopened)).isEqualTo(sizes);
        assertThat(spelled(reopened)).isEqualTo(spelled);
    }
}
