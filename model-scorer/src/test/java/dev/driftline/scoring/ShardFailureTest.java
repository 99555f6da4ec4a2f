package dev.driftline.scoring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.driftline.ngram.Forgetting;
import dev.driftline.pages.HeapPageStore;
import dev.driftline.pages.PageStore;
import dev.driftline.scoring.messages.ShardFailure;
import dev.driftline.scoring.messages.ShardMessageException;
import dev.driftline.scoring.messages.ShardReply;
import dev.driftline.scoring.messages.ShardRetraction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Two shards, of which one fails with a document, at every page that it reads. */
class ShardFailureTest {

    private static final ModelSettings MODEL = ModelSettings.ofOrder(3);
    private static final int SHARDS = 2;

    /** Fails to read a page once, after {@link #left} that it reads. */
    private static final class FailingPages implements PageStore {

        private final HeapPageStore pages = new HeapPageStore();
        private int left = Integer.MAX_VALUE;

        @Override
        public byte @Nullable [] get(byte[] key) {
            if (left-- == 0) {
                left = Integer.MAX_VALUE;
                throw new IllegalStateException("this page cannot be read");
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

        Map<String, String> content() {
            Map<String, String> content = new TreeMap<>();
            scan(new byte[0], (key, value) -> content.put(text(key), text(value)));
            return content;
        }

        private static String text(byte[] bytes) {
            return new String(bytes, StandardCharsets.ISO_8859_1);
        }
    }

    private ModelSettings settings = MODEL;
    private Scatter scatter = new Scatter(MODEL, SHARDS);
    private final Gather gather = new Gather(MODEL, SHARDS);
    private final List<FailingPages> stores = new ArrayList<>();
    private final List<ShardScorer> shards = new ArrayList<>();

    private void start() {
        stores.clear();
        shards.clear();
        for (int shard = 0; shard < SHARDS; shard++) {
            stores.add(new FailingPages());
            shards.add(new ShardScorer(settings, shard, SHARDS, stores.get(shard), 1 << 22));
        }
        for (int i = 0; i < 20; i++) {
            byte[][] requests =
                    requests(i, "the house of mouse number " + i + " stands by the boats of house " + i % 7);
            shards.get(0).answer(requests[0]);
            shards.get(1).answer(requests[1]);
        }
        // What is read below comes from the store.
        shards.forEach(ShardScorer::writeBack);
        shards.forEach(ShardScorer::forget);
    }

    private byte[][] requests(long ticket, String text) {
        return scatter.requests(0, ticket, DocumentTokens.of(List.of(List.of(text.split(" ")))), true, 0, List.of());
    }

    private byte[] passOver(byte[] request, String why) {
        shards.get(0).open(request, Integer.MAX_VALUE);
        shards.get(0).passOver(0, why);
        return shards.get(0).replies().get(0);
    }

    private List<Map<String, String>> contents() {
        shards.forEach(ShardScorer::writeBack);
        return stores.stream().map(FailingPages::content).toList();
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 300})
    void shouldHaveLearnedADocumentOnEveryShardWhereverOneFailsWithIt(long halfLife) {
        settings = MODEL.forgetting(new Forgetting(0, 0, halfLife));
        scatter = new Scatter(settings, SHARDS);
        String text = "the unheard houseboat of number 3 stands by the mouse";
        start();
        byte[][] requests = requests(99, text);
        shards.get(0).answer(requests[0]);
        shards.get(1).answer(requests[1]);
        List<Map<String, String>> undisturbed = contents();

        int failures = 0;
        boolean fails = true;
        for (int pages = 0; fails; pages++) {
            start();
            shards.get(0).counts();
            stores.get(0).left = pages;
            byte[] reply;
            try {
                reply = shards.get(0).answer(requests[0]);
                fails = false;
            } catch (ShardScorer.HalfLearnedException e) {
                // As after an aborted transaction.
                shards.get(0).forget();
                reply = shards.get(0).answer(requests[0]);
                failures++;
            } catch (IllegalStateException e) {
                shards.get(0).learnUnanswered(0, e.toString());
                reply = shards.get(0).replies().get(0);
                failures++;
                assertThat(gather.failures(List.of(reply)))
                        .containsExactly(new ShardFailure(0, 99, 0, true, e.toString()));
                assertThat(gather.address(reply)).isEqualTo(new Gather.Address(99, 0));
                assertThat(ShardReply.shardOf(reply)).isZero();
                assertThat(ShardReply.partitionOf(reply)).isZero();
            }
            shards.get(1).answer(requests[1]);

            assertThat(contents()).as("after " + pages + " pages").isEqualTo(undisturbed);
        }
        assertThat(failures).isPositive();
    }

    /** Before the first count has changed a document stays as it is; after it the counts must go back to what was stored. */
    @Test
    void shouldTakeADocumentOutAsAWholeOrNotAtAllWhereverAPageFails() {
        DocumentTokens document = DocumentTokens.of(
                List.of(List.of("the unheard houseboat of alpha beta gamma delta stands by the mouse".split(" "))));
        int half = 0;
        int before = 0;
        boolean fails = true;
        for (int pages = 0; fails; pages++) {
            start();
            learn(document);
            List<Map<String, String>> learned = contents();
            byte[] taking = scatter.retraction(0, 99, document, true)[0];
            shards.get(0).forget();
            shards.get(0).counts();
            stores.get(0).left = pages;
            byte[] reply;
            try {
                reply = shards.get(0).answer(taking);
                fails = false;
            } catch (ShardScorer.HalfLearnedException e) {
                half++;
                shards.get(0).forget();
                reply = shards.get(0).answer(taking);
            } catch (IllegalStateException e) {
                before++;
                shards.get(0).learnUnanswered(0, e.toString());
                assertThat(gather.failures(shards.get(0).replies())).hasSize(1);
                assertThat(contents()).as("after %d pages", pages).isEqualTo(learned);
                reply = shards.get(0).answer(taking);
            }
            assertThat(ShardRetraction.hasTaken(reply)).isTrue();
            assertThat(shards.get(0).rawCount(List.of("unheard", "houseboat"))
                            + shards.get(0).rawCount(List.of("houseboat", "of")))
                    .isZero();
            assertThat(ShardRetraction.hasTaken(shards.get(0).answer(taking)))
                    .as("a second time")
                    .isFalse();
        }
        assertThat(before).isPositive();
        assertThat(half).isPositive();
    }

    private void learn(DocumentTokens document) {
        byte[][] requests = scatter.requests(0, 98, document, true, 0, List.of());
        shards.get(0).answer(requests[0]);
        shards.get(1).answer(requests[1]);
        shards.forEach(ShardScorer::writeBack);
    }

    /** One that fails is a failure in its place; the others are answered as if nothing had happened to it. */
    @Test
    void shouldAnswerTheOthersOfABatchWhereverItFailsWithOneOfThem() {
        List<String> texts = List.of(
                "an unheard thing",
                "the unheard houseboat of number 3 stands by the mouse",
                "mouse number 4 stands by the unheard houseboat of house 6");
        start();
        List<byte[]> undisturbed = batchReplies(texts, Integer.MAX_VALUE);
        List<Map<String, String>> learned = contents();

        Set<Long> failures = new TreeSet<>();
        List<byte[]> replies;
        for (int pages = 0; ; pages++) {
            start();
            shards.get(0).counts();
            try {
                replies = batchReplies(texts, pages);
            } catch (ShardScorer.HalfLearnedException e) {
                // The transaction is aborted, and the batch comes again.
                continue;
            }
            assertThat(contents()).as("after " + pages + " pages").isEqualTo(learned);
            List<ShardFailure> failed = gather.failures(replies);
            if (failed.isEmpty()) {
                break;
            }
            assertThat(failed).hasSize(1);
            failures.add(failed.get(0).ticket());
            for (int document = 0; document < texts.size(); document++) {
                assertThat(gather.address(replies.get(document))).isEqualTo(new Gather.Address(100 + document, 0));
                if (!ShardFailure.is(replies.get(document))) {
                    assertThat(replies.get(document)).isEqualTo(undisturbed.get(document));
                }
            }
        }
        assertThat(failures).hasSizeGreaterThan(1);
        assertThat(replies).usingRecursiveComparison().isEqualTo(undisturbed);
    }

    /** Of the first shard, which fails to read a page after as many. */
    private List<byte[]> batchReplies(List<String> texts, int pages) {
        for (int document = 0; document < texts.size(); document++) {
            assertThat(scatter.add(
                            0,
                            100 + document,
                            DocumentTokens.of(
                                    List.of(List.of(texts.get(document).split(" ")))),
                            true,
                            0,
                            List.of()))
                    .isTrue();
        }
        ShardScorer shard = shards.get(0);
        byte[] request = scatter.take()[0];
        stores.get(0).left = pages;
        int documents = shard.open(request, Integer.MAX_VALUE);
        assertThat(documents).isEqualTo(texts.size());
        for (int document = 0; document < documents; document++) {
            try {
                shard.answer(document);
            } catch (ShardScorer.HalfLearnedException e) {
                throw e;
            } catch (IllegalStateException e) {
                shard.learnUnanswered(document, e.toString());
            }
        }
        return gather.split(shard.replies().get(0));
    }

    @Test
    void shouldChangeNothingWhenADocumentIsPassedOver() {
        start();
        List<Map<String, String>> before = contents();

        byte[] reply = passOver(requests(99, "an unheard thing")[0], "failed 3 times");

        assertThat(gather.failures(List.of(reply)))
                .containsExactly(new ShardFailure(0, 99, 0, false, "failed 3 times"));
        assertThat(contents()).isEqualTo(before);
    }

    @Test
    void shouldKeepEveryDistributionWhereAShardHasNotLearnedADocument() {
        start();
        byte[][] requests = requests(99, "the unheard houseboat of number 3 stands by the mouse");
        passOver(requests[0], "failed 3 times");
        shards.get(1).answer(requests[1]);

        Set<String> words = new TreeSet<>(List.of("unheard", "houseboat", "3", "never-seen"));
        for (int i = 0; i < 20; i++) {
            words.addAll(List.of(("the house of mouse number " + i + " stands by the boats").split(" ")));
        }
        double[] sums = new double[MODEL.order()];
        boolean unknownIsIn = false;
        for (String word : words) {
            NgramProbabilities after = afterThe(List.of("the", word));
            if (!after.unknown()[1] || !unknownIsIn) {
                add(after, 1, sums);
            }
            unknownIsIn |= after.unknown()[1];
        }
        add(afterThe(List.of("the")), 1, sums);

        assertThat(unknownIsIn).isTrue();
        for (double sum : sums) {
            assertThat(sum).isCloseTo(1, within(1e-5));
        }
    }

    private NgramProbabilities afterThe(List<String> sentence) {
        DocumentTokens probe = DocumentTokens.of(List.of(sentence));
        byte[][] asked = scatter.requests(0, 100, probe, false, 0, List.of());
        return gather.gather(
                        probe,
                        List.of(shards.get(0).answer(asked[0]), shards.get(1).answer(asked[1])))
                .positions();
    }

    private static void add(NgramProbabilities rows, int position, double[] sums) {
        for (int order = 0; order < sums.length; order++) {
            sums[order] += rows.probability()[position * sums.length + order];
        }
    }

    @Test
    void shouldRefuseAFailureOfAnotherModel() {
        start();
        byte[] reply = passOver(requests(99, "a b")[0], "why");

        assertThatThrownBy(() -> new Gather(ModelSettings.ofOrder(4), SHARDS).address(reply))
                .isInstanceOf(ShardMessageException.class)
                .satisfies(e ->
                        assertThat(((ShardMessageException) e).isForOperator()).isTrue());
    }
}
