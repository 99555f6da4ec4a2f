package dev.driftline.scoring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.driftline.pages.HeapPageStore;
import dev.driftline.scoring.messages.ShardMessageException;
import dev.driftline.scoring.messages.ShardReply;
import dev.driftline.scoring.messages.ShardRequest;
import dev.driftline.smoothing.Smoothing;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Documents that are sent together are answered and learned as if each had come alone, to the last bit. */
class BatchesTest {

    private static final List<String> LISTED = List.of("w1", "w2", "w3", "w5", "w8", "<unk>");

    private record Sent(long ticket, DocumentTokens document, boolean learn, int predictions, List<String> extras) {}

    /** The shards of a model. */
    private static final class Shards {
        private final List<HeapPageStore> stores = new ArrayList<>();
        private final List<ShardScorer> scorers = new ArrayList<>();

        Shards(ModelSettings settings, int shards) {
            for (int shard = 0; shard < shards; shard++) {
                stores.add(new HeapPageStore());
                scorers.add(new ShardScorer(settings, shard, shards, stores.get(shard), 1 << 20));
            }
        }

        List<Map<String, String>> content() {
            scorers.forEach(ShardScorer::writeBack);
            List<Map<String, String>> contents = new ArrayList<>();
            for (HeapPageStore store : stores) {
                Map<String, String> content = new TreeMap<>();
                store.scan(new byte[0], (key, value) -> content.put(text(key), text(value)));
                contents.add(content);
            }
            return contents;
        }

        private static String text(byte[] bytes) {
            return HexFormat.of().formatHex(bytes);
        }
    }

    private static ModelSettings settings(Random random) {
        Vocabulary vocabulary = random.nextInt(3) == 0
                ? Vocabulary.fixed(LISTED.subList(0, 5))
                : new Vocabulary.Growing(random.nextBoolean());
        Smoothing[] smoothings = Smoothing.values();
        return new ModelSettings(
                1 + random.nextInt(ModelSettings.MAX_ORDER),
                smoothings[random.nextInt(smoothings.length)],
                vocabulary,
                0.5);
    }

    private static DocumentTokens document(Random random) {
        List<List<String>> sentences = new ArrayList<>();
        for (int s = random.nextInt(5); s > 0; s--) {
            sentences.add(IntStream.range(0, random.nextInt(13))
                    .mapToObj(i -> switch (random.nextInt(30)) {
                        case 0 -> "new" + random.nextInt(40) + "-ü";
                        case 1 -> "<unk>";
                        default -> "w" + random.nextInt(15);
                    })
                    .toList());
        }
        return DocumentTokens.of(sentences);
    }

    private static List<Sent> documents(Random random, int count) {
        List<Sent> sent = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            List<String> extras = random.nextBoolean() ? List.of() : List.of("w1", "new" + random.nextInt(40) + "-ü");
            sent.add(new Sent(
                    random.nextLong() >>> random.nextInt(64),
                    document(random),
                    random.nextInt(4) > 0,
                    random.nextInt(3) == 0 ? 1 + random.nextInt(5) : 0,
                    extras));
        }
        return sent;
    }

    @ParameterizedTest
    @CsvSource({"1,1", "2,1", "3,1", "4,4", "5,4", "6,4", "7,2", "8,3"})
    void shouldAnswerEachDocumentOfABatchAsIfItHadComeAloneWhateverIsAskedMeanwhile(long seed, int shards) {
        Random random = new Random(seed);
        Random asks = new Random(seed);
        for (int round = 0; round < 4; round++) {
            ModelSettings settings = settings(random);
            List<Sent> sent = documents(random, 40);
            Scatter scatter = new Scatter(settings, shards);
            Gather gather = new Gather(settings, shards);
            Shards alone = new Shards(settings, shards);
            List<List<byte[]>> expected = new ArrayList<>();
            for (Sent one : sent) {
                byte[][] requests =
                        scatter.requests(3, one.ticket(), one.document(), one.learn(), one.predictions(), one.extras());
                List<byte[]> replies = new ArrayList<>();
                for (int shard = 0; shard < shards; shard++) {
                    replies.add(alone.scorers.get(shard).answer(requests[shard]));
                }
                expected.add(replies);
            }
            Shards together = new Shards(settings, shards);
            Scatter queries = new Scatter(settings, shards);
            List<List<byte[]>> came = new ArrayList<>();
            int next = 0;
            while (next < sent.size()) {
                int last = Math.min(sent.size(), next + 1 + random.nextInt(random.nextBoolean() ? 3 : 30));
                for (; next < last; next++) {
                    Sent one = sent.get(next);
                    assertThat(scatter.add(
                                    3, one.ticket(), one.document(), one.learn(), one.predictions(), one.extras()))
                            .isTrue();
                    came.add(new ArrayList<>());
                }
                int documents = scatter.documents();
                byte[][] requests = scatter.take();
                int mostBytes = random.nextBoolean() ? Integer.MAX_VALUE : 100 + random.nextInt(2000);
                for (int shard = 0; shard < shards; shard++) {
                    int number = shard;
                    Runnable question = () -> {
                        if (asks.nextInt(4) == 0) {
                            together.scorers.get(number).peek(queries.proofs(document(asks), 3, List.of("w1"))[number]);
                        }
                    };
                    List<byte[]> replies =
                            answer(together.scorers.get(shard), requests[shard], mostBytes, gather, question);
                    assertThat(replies).hasSize(documents);
                    for (int document = 0; document < documents; document++) {
                        came.get(last - documents + document).add(replies.get(document));
                    }
                }
            }
            assertThat(hex(came)).as("round %d", round).isEqualTo(hex(expected));
            assertThat(together.content()).as("round %d", round).isEqualTo(alone.content());
        }
    }

    private static List<List<String>> hex(List<List<byte[]>> replies) {
        return replies.stream()
                .map(ofOne -> ofOne.stream().map(HexFormat.of()::formatHex).toList())
                .toList();
    }

    /** @param question asked between two documents, as other threads may */
    private static List<byte[]> answer(
            ShardScorer scorer, byte[] request, int mostBytes, Gather gather, Runnable question) {
        int documents = scorer.open(request, mostBytes);
        for (int document = 0; document < documents; document++) {
            scorer.answer(document);
            question.run();
        }
        List<byte[]> replies = new ArrayList<>();
        for (byte[] message : scorer.replies()) {
            List<byte[]> split = gather.split(message);
            assertThat(message.length <= mostBytes || split.size() == 1)
                    .as("%d bytes for %d replies", message.length, split.size())
                    .isTrue();
            assertThat(ShardReply.partitionOf(message)).isEqualTo(3);
            replies.addAll(split);
        }
        return replies;
    }

    @Test
    void shouldKeepToItsBoundsAndSendALargeDocumentAlone() {
        ModelSettings settings = ModelSettings.ofOrder(3);
        int mostBytes = 2000;
        Scatter scatter = new Scatter(settings, 2, mostBytes, 5);
        ShardRequest.Reader reader = new ShardRequest.Reader(settings.fingerprint(2));
        Random random = new Random(4);
        List<Long> tickets = new ArrayList<>();
        int large = 0;
        int full = 0;
        for (long ticket = 0; ticket < 300; ticket++) {
            int words = random.nextInt(20) == 0 ? 1500 : random.nextInt(60);
            DocumentTokens document = DocumentTokens.of(List.of(IntStream.range(0, words)
                    .mapToObj(i -> "word" + random.nextInt(3000))
                    .toList()));
            if (!scatter.add(0, ticket, document, true, 0, List.of())) {
                assertThat(scatter.documents()).isPositive();
                full += scatter.isFull() ? 1 : 0;
                tickets.addAll(tickets(scatter.take(), reader, mostBytes));
                assertThat(scatter.documents()).isZero();
                assertThat(scatter.add(0, ticket, document, true, 0, List.of())).isTrue();
            }
            if (words == 1500) {
                large++;
                assertThat(scatter.isFull()).isTrue();
                byte[][] requests = scatter.take();
                assertThat(requests)
                        .isDeepEqualTo(new Scatter(settings, 2).requests(0, ticket, document, true, 0, List.of()));
                tickets.addAll(tickets(requests, reader, Integer.MAX_VALUE));
            }
        }
        tickets.addAll(tickets(scatter.take(), reader, mostBytes));
        assertThat(tickets).isEqualTo(LongStream.range(0, 300).boxed().toList());
        assertThat(large).isPositive();
        assertThat(full).isPositive();
        assertThatThrownBy(scatter::take).hasMessageContaining("no document");
    }

    private static List<Long> tickets(byte[][] requests, ShardRequest.Reader reader, int mostBytes) {
        List<Long> tickets = new ArrayList<>();
        for (byte[] request : requests) {
            assertThat(request.length).isLessThanOrEqualTo(mostBytes);
            tickets.clear();
            reader.read(request);
            for (int document = 0; document < reader.documents(); document++) {
                reader.select(document);
                tickets.add(reader.ticket());
            }
        }
        return tickets;
    }

    @Test
    void shouldForgetWhatWasAddedWhenItIsCleared() {
        ModelSettings settings = ModelSettings.ofOrder(3);
        Scatter scatter = new Scatter(settings, 2);
        DocumentTokens document = DocumentTokens.of(List.of(List.of("a", "b", "c")));
        scatter.add(0, 1, DocumentTokens.of(List.of(List.of("z", "a"))), true, 0, List.of());
        scatter.clear();
        scatter.add(0, 2, document, true, 0, List.of());

        Scatter fresh = new Scatter(settings, 2);
        fresh.add(0, 2, document, true, 0, List.of());
        assertThat(scatter.take()).isDeepEqualTo(fresh.take());
    }

    @Test
    void shouldSayEveryWordOfABatchOnce() {
        Scatter scatter = new Scatter(ModelSettings.ofOrder(3), 1);
        DocumentTokens document = DocumentTokens.of(List.of(List.of("unmistakable", "evidence")));
        for (int ticket = 0; ticket < 5; ticket++) {
            scatter.add(0, ticket, document, true, 3, List.of("evidence"));
        }
        String request = new String(scatter.take()[0], StandardCharsets.ISO_8859_1);
        assertThat(request.split("unmistakable", -1)).hasSize(2);
        assertThat(request.split("evidence", -1)).hasSize(2);
    }

    @Test
    void shouldRefuseABatchThatIsCutAlteredOrOfAnotherModelAndLearnNothing() {
        ModelSettings settings = ModelSettings.ofOrder(3);
        Scatter scatter = new Scatter(settings, 2);
        Gather gather = new Gather(settings, 2);
        Shards shards = new Shards(settings, 2);
        scatter.add(0, 1, DocumentTokens.of(List.of(List.of("a", "b"))), true, 2, List.of("c"));
        scatter.add(0, 2, DocumentTokens.of(List.of(List.of("b"))), false, 0, List.of());
        byte[] request = scatter.take()[0];
        byte[] reply = new Shards(settings, 2).scorers.get(0).answer(request);
        for (int length = 0; length < request.length; length++) {
            byte[] cut = Arrays.copyOf(request, length);
            assertThat(catchThrowable(() -> shards.scorers.get(0).answer(cut)))
                    .isInstanceOf(ShardMessageException.class);
        }
        for (int bit = 0; bit < 8 * request.length; bit++) {
            byte[] flipped = request.clone();
            flipped[bit / 8] ^= (byte) (1 << bit % 8);
            assertThat(catchThrowable(() -> shards.scorers.get(0).answer(flipped)))
                    .isInstanceOf(ShardMessageException.class);
        }
        for (int bit = 0; bit < 8 * reply.length; bit++) {
            byte[] flipped = reply.clone();
            flipped[bit / 8] ^= (byte) (1 << bit % 8);
            assertThat(catchThrowable(() -> gather.split(flipped).forEach(gather::address)))
                    .isInstanceOf(ShardMessageException.class);
        }
        assertThat(shards.scorers.get(0).counts().rawTotal()).isZero();
        ModelSettings other = ModelSettings.ofOrder(4);
        assertThatThrownBy(() -> new Shards(other, 2).scorers.get(0).answer(request))
                .isInstanceOfSatisfying(
                        ShardMessageException.class,
                        e -> assertThat(e.isForOperator()).isTrue());
        assertThatThrownBy(() -> new Gather(other, 2).split(reply))
                .isInstanceOfSatisfying(
                        ShardMessageException.class,
                        e -> assertThat(e.isForOperator()).isTrue());
        assertThatThrownBy(() -> shards.scorers.get(0).peek(request)).hasMessageContaining("a query is not");
    }
}
