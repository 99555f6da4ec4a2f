package dev.driftline.scoring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.sun.management.ThreadMXBean;
import dev.driftline.codec.Varints;
import dev.driftline.pages.HeapPageStore;
import dev.driftline.prefix.WordPrefix;
import dev.driftline.scoring.messages.ModelFingerprint;
import dev.driftline.scoring.messages.ShardMessageException;
import dev.driftline.scoring.messages.ShardReply;
import dev.driftline.scoring.messages.ShardRequest;
import dev.driftline.scoring.messages.ShardRetraction;
import dev.driftline.scoring.messages.UnigramTotals;
import dev.driftline.smoothing.Smoothing;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What scatter, shards and gather send each other arrives as it was sent, and nothing else is taken for it. */
class ShardMessagesTest {

    private static final int CHECKSUM = Integer.BYTES;
    private static final List<String> LISTED = List.of("w1", "w2", "w3", "w5", "w8");

    /** A model of a few shards, taught a little, whose messages can be looked at. */
    private static final class Shards {
        final ModelSettings settings;
        final Scatter scatter;
        final Gather gather;
        final List<ShardScorer> scorers = new ArrayList<>();

        Shards(ModelSettings settings, int shards) {
            this.settings = settings;
            scatter = new Scatter(settings, shards);
            gather = new Gather(settings, shards);
            for (int shard = 0; shard < shards; shard++) {
                scorers.add(new ShardScorer(settings, shard, shards, new HeapPageStore(), 1 << 20));
            }
        }

        byte[][] requests(DocumentTokens document, boolean learn, int predictions) {
            return scatter.requests(3, 1L << 40, document, learn, predictions, List.of("w1", "never"));
        }

        List<byte[]> replies(DocumentTokens document, boolean learn, int predictions) {
            byte[][] requests = requests(document, learn, predictions);
            List<byte[]> replies = new ArrayList<>();
            for (int shard = 0; shard < requests.length; shard++) {
                replies.add(scorers.get(shard).answer(requests[shard]));
            }
            return replies;
        }
    }

    private static ModelSettings settings(Random random) {
        Vocabulary vocabulary =
                random.nextInt(3) == 0 ? Vocabulary.fixed(LISTED) : new Vocabulary.Growing(random.nextBoolean());
        Smoothing[] smoothings = Smoothing.values();
        return new ModelSettings(
                1 + random.nextInt(ModelSettings.MAX_ORDER),
                smoothings[random.nextInt(smoothings.length)],
                vocabulary,
                0.5);
    }

    /** Sentences of none to twelve words, most of them seen before, some new, a few of thousands of letters. */
    private static DocumentTokens document(Random random) {
        List<List<String>> sentences = new ArrayList<>();
        for (int s = random.nextInt(6); s > 0; s--) {
            sentences.add(IntStream.range(0, random.nextInt(13))
                    .mapToObj(i -> switch (random.nextInt(40)) {
                        case 0 -> "neu-" + Integer.toHexString(random.nextInt()) + "-ü😀";
                        case 1 -> "lang".repeat(1 + random.nextInt(3000));
                        default -> "w" + random.nextInt(15);
                    })
                    .toList());
        }
        return DocumentTokens.of(sentences);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
    void shouldReadTheRequestsThatItWrote(long seed) {
        Random random = new Random(seed);
        for (int round = 0; round < 40; round++) {
            int shards = 1 + random.nextInt(5);
            ModelSettings settings = settings(random);
            Scatter scatter = new Scatter(settings, shards);
            DocumentTokens document = document(random);
            DocumentEvents events = new DocumentEvents(document, settings.vocabulary(), shards);
            boolean learn = random.nextBoolean();
            int predictions = random.nextInt(3);
            int partition = random.nextInt(1000);
            long ticket = random.nextLong() >>> random.nextInt(64);
            byte[][] requests =
                    scatter.requests(partition, ticket, document, learn, predictions, List.of("w1", "w1", "</s>"));
            ShardRequest.Reader read = new ShardRequest.Reader(settings.fingerprint(shards));
            int predicting = 0;
            List<String> asked = settings.vocabulary() instanceof Vocabulary.Fixed
                    ? List.of("</s>", "<unk>", "w1")
                    : List.of("</s>", "w1");
            List<String> outside = new ArrayList<>();
            for (int shard = 0; shard < shards; shard++) {
                read.read(requests[shard]);

                assertThat(ShardRequest.partitionOf(requests[shard])).isEqualTo(partition);
                assertThat(ShardRequest.ticketOf(requests[shard])).isEqualTo(ticket);
                assertThat(read.partition()).isEqualTo(partition);
                assertThat(read.ticket()).isEqualTo(ticket);
                assertThat(read.learns()).isEqualTo(learn);
                assertThat(read.predictions()).isEqualTo(predictions);
                assertTellsAllThatTheShardOwns(read, events, shard);
                outside.addAll(words(read, read.outside(), read.candidates()));
                List<String> candidates = words(read, read.candidates(), read.end());
                if (read.predicts()) {
                    predicting++;
                    assertThat(candidates).containsExactlyElementsOf(asked);
                } else if (predictions > 0) {
                    int here = shard;
                    assertThat(candidates)
                            .containsExactlyElementsOf(asked.stream()
                                    .filter(word -> ShardScorer.shardOf(word, shards) == here)
                                    .toList());
                } else {
                    assertThat(candidates).isEmpty();
                }
            }
            assertThat(predicting).as("shards that predict").isEqualTo(predictions == 0 ? 0 : 1);
            assertThat(outside).containsExactlyInAnyOrderElementsOf(events.outside());
        }
    }

    private static void assertTellsAllThatTheShardOwns(ShardRequest.Reader read, DocumentEvents events, int shard) {
        for (int i = 0; i < events.positions(); i++) {
            int event = events.at(i);
            String word = new String(events.utf8(event), StandardCharsets.UTF_8);
            if (i >= read.length() || read.token(i) == ShardRequest.HOLE) {
                assertThat(events.shard(event)).as("owner of %s", word).isNotEqualTo(shard);
                assertThat(events.shard(events.before(i)))
                        .as("owner of position %d", i)
                        .isNotEqualTo(shard);
            } else {
                assertThat(read.token(i) == ShardRequest.EOS_CODE ? "</s>" : word(read, read.token(i)))
                        .isEqualTo(word);
            }
        }
    }

    private static List<String> words(ShardRequest.Reader read, int from, int to) {
        return IntStream.range(from, to)
                .mapToObj(at -> word(read, read.code(at)))
                .toList();
    }

    private static String word(ShardRequest.Reader read, int word) {
        return new String(read.message(), read.from(word), read.to(word) - read.from(word), StandardCharsets.UTF_8);
    }

    /** What a shard counted in its reply is what its counts say, whatever the document. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void shouldReadTheRepliesThatItWrote(long seed) {
        Random random = new Random(seed);
        for (int model = 0; model < 6; model++) {
            int shards = 1 + random.nextInt(4);
            Shards sharded = new Shards(settings(random), shards);
            int order = sharded.settings.order();
            for (int round = 0; round < 15; round++) {
                DocumentTokens document = document(random);
                int predictions = random.nextInt(3);
                List<byte[]> replies = sharded.replies(document, false, predictions);
                for (int shard = 0; shard < shards; shard++) {
                    ShardReply reply = sharded.gather.open(replies.get(shard));
                    assertThat(reply.partition()).isEqualTo(3);
                    assertThat(reply.ticket()).isEqualTo(1L << 40);
                    assertThat(reply.shard()).isEqualTo(shard);
                    assertThat(ShardReply.partitionOf(replies.get(shard))).isEqualTo(3);
                    assertThat(ShardReply.shardOf(replies.get(shard))).isEqualTo(shard);
                    assertSaysWhatTheCountsSay(reply, sharded, shard, document);
                }
                Gather.Gathered gathered = sharded.gather.gather(document, replies);
                assertThat(gathered.positions().rows()).isEqualTo(document.tokens().length);
                for (int row = 0; row < gathered.positions().rows(); row++) {
                    assertThat(gathered.positions().probability(row, order)).isBetween(0.0, 1.0 + 1e-6);
                }
                sharded.replies(document, true, 0);
            }
        }
    }

    private static void assertSaysWhatTheCountsSay(
            ShardReply reply, Shards sharded, int shard, DocumentTokens document) {
        ShardScorer scorer = sharded.scorers.get(shard);
        DocumentEvents events = new DocumentEvents(document, sharded.settings.vocabulary(), sharded.scorers.size());
        UnigramTotals totals = new UnigramTotals(false);
        reply.addTotals(totals);
        assertThat(totals).usingRecursiveComparison().isEqualTo(scorer.totals());
        boolean[] used = new boolean[events.count()];
        for (int at = 0; at < events.positions(); at++) {
            used[events.at(at)] = true;
        }
        for (int event = DocumentTokens.EOS; event < events.count(); event++) {
            if (used[event] && events.shard(event) == shard) {
                int id = scorer.counts().find(new String(events.utf8(event), StandardCharsets.UTF_8));
                long raw = reply.count();
                assertThat(raw).isEqualTo(id < 0 ? 0 : scorer.counts().rawUnigram(id));
                assertThat(reply.count()).isEqualTo(id < 0 ? 0 : scorer.counts().continuationUnigram(id));
                if (raw == 0) {
                    assertThat(reply.number()).isGreaterThanOrEqualTo(0);
                }
            }
        }
        for (int left = reply.outside(); left > 0; left--) {
            assertThat(reply.number()).isPositive();
        }
        for (int i = 0; i < events.positions(); i++) {
            if (events.shard(events.before(i)) == shard) {
                reply.position();
                assertThat(reply.pairs())
                        .isBetween(
                                Math.min(sharded.settings.order() - 1, reply.matched() + 1),
                                sharded.settings.order() - 1);
                for (int number = 0; number < 2 * reply.pairs(); number++) {
                    assertThat(reply.number()).isBetween(0f, 1.0001f);
                }
            }
        }
        if (!reply.hasNextWords()) {
            reply.end();
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2})
    void shouldReadTheQueriesByPrefixThatItWroteAndRefuseThemCutShort(long seed) {
        Random random = new Random(seed);
        for (int round = 0; round < 20; round++) {
            int shards = 1 + random.nextInt(5);
            Shards sharded = new Shards(settings(random), shards);
            DocumentTokens document = document(random);
            WordPrefix prefix = new WordPrefix(random.nextBoolean() ? "é😀" : "w", random.nextBoolean());
            ShardRequest.Reader read = new ShardRequest.Reader(sharded.settings.fingerprint(shards));
            for (byte[] request : sharded.scatter.proofs(document, 7, List.of("w1"), prefix)) {
                read.read(request);

                assertThat(request[1]).isEqualTo((byte) 6);
                assertThat(read.prefix()).isEqualTo(prefix);
                assertThat(read.proves()).isTrue();
                assertThat(read.learns()).isFalse();
                assertThat(read.predictions()).isEqualTo(7);
                assertThatThrownBy(() -> read.read(Arrays.copyOf(request, random.nextInt(request.length))))
                        .isInstanceOf(ShardMessageException.class);
            }
            byte[] plain = sharded.scatter.proofs(document, 7, List.of("w1"))[0];
            read.read(plain);
            assertThat(plain[1]).as("as older versions wrote it").isEqualTo((byte) 3);
            assertThat(read.prefix().isEmpty()).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void shouldReadTheRetractionsThatItWrote(long seed) {
        Random random = new Random(seed);
        for (int round = 0; round < 40; round++) {
            int shards = 1 + random.nextInt(5);
            Shards sharded = new Shards(settings(random), shards);
            DocumentTokens document = document(random);
            DocumentEvents events = new DocumentEvents(document, sharded.settings.vocabulary(), shards);
            sharded.replies(document, true, 0);
            int partition = random.nextInt(1000);
            long ticket = random.nextLong() >>> random.nextInt(64);
            boolean take = random.nextBoolean();
            byte[][] requests = sharded.scatter.retraction(partition, ticket, document, take);
            ModelFingerprint model = sharded.settings.fingerprint(shards);
            ShardRequest.Reader read = new ShardRequest.Reader(model);
            ShardRequest.Addresses addresses = new ShardRequest.Addresses(sharded.settings.fingerprint(shards));
            List<byte[]> replies = new ArrayList<>();
            for (int shard = 0; shard < shards; shard++) {
                byte[] request = requests[shard];
                read.read(request);

                assertThat(request[1]).isEqualTo((byte) 5);
                assertThat(ShardRequest.partitionOf(request)).isEqualTo(partition);
                assertThat(ShardRequest.ticketOf(request)).isEqualTo(ticket);
                assertThat(read.checks()).isEqualTo(!take);
                assertThat(read.takes()).isEqualTo(take);
                assertThat(read.learns() || read.predicts() || read.proves()).isFalse();
                assertTellsAllThatTheShardOwns(read, events, shard);
                assertThat(addresses.read(request)).isOne();
                assertThat(addresses.isCheck(0)).isEqualTo(!take);
                assertThat(addresses.isTaking(0)).isEqualTo(take);
                ShardScorer scorer = sharded.scorers.get(shard);
                assertThatThrownBy(() -> scorer.peek(request)).isInstanceOf(IllegalArgumentException.class);

                byte[] reply = scorer.answer(request);
                assertThat(ShardRetraction.is(reply)).isTrue();
                assertThat(ShardRetraction.hasTaken(reply)).isEqualTo(take);
                assertThat(ShardRetraction.hasAll(reply)).isTrue();
                assertThat(ShardReply.partitionOf(reply)).isEqualTo(partition);
                assertThat(ShardReply.shardOf(reply)).isEqualTo(shard);
                assertThat(sharded.gather.address(reply)).isEqualTo(new Gather.Address(ticket, shard));
                assertThat(sharded.gather.split(reply)).containsExactly(reply);
                ShardRetraction opened = ShardRetraction.open(reply, model);
                assertThat(opened.encode(model)).isEqualTo(reply);
                assertThat(opened.missing()).isZero();
                replies.add(reply);
            }
            Gather.Taken taken = sharded.gather.retracted(replies);
            assertThat(taken.everywhere()).isTrue();
            assertThat(taken.isApproximate()).isFalse();
            assertThat(sharded.gather.taken(replies).cardinality()).isEqualTo(take ? shards : 0);
            assertThatThrownBy(() -> sharded.gather.retracted(replies.subList(1, shards)))
                    .hasMessageContaining("not one of each of " + shards);
            assertThatThrownBy(() -> sharded.gather.gather(document, replies))
                    .isInstanceOf(ShardMessageException.class)
                    .hasMessageContaining("a shard's reply to a retraction");
        }
    }

    @Test
    void shouldRefuseARetractionThatIsAlteredOrWantsMore() {
        Shards here = new Shards(ModelSettings.ofOrder(3), 2);
        here.replies(SMALL, true, 0);
        byte[] request = here.scatter.retraction(3, 7, SMALL, true)[0];
        byte[] reply = here.scorers.get(1).answer(here.scatter.retraction(3, 7, SMALL, false)[1]);
        long total = here.scorers.get(0).counts().rawTotal();
        for (int length = 0; length < request.length; length++) {
            byte[] truncated = Arrays.copyOf(request, length);
            assertThat(catchThrowable(() -> here.scorers.get(0).answer(truncated)))
                    .isInstanceOf(ShardMessageException.class);
        }
        for (int bit = 0; bit < 8 * request.length; bit++) {
            byte[] flipped = flip(request, bit);
            assertThat(catchThrowable(() -> here.scorers.get(0).answer(flipped)))
                    .as("bit %d", bit)
                    .isInstanceOf(ShardMessageException.class);
        }
        for (int bit = 0; bit < 8 * reply.length; bit++) {
            byte[] flipped = flip(reply, bit);
            assertThat(catchThrowable(() -> here.gather.address(flipped)))
                    .as("bit %d", bit)
                    .isInstanceOf(ShardMessageException.class);
        }
        // The flags: both, learned too, none.
        for (int flags : new int[] {24, 17, 0, 20}) {
            byte[] other = withByte(request, 10, flags);
            assertThatThrownBy(() -> here.scorers.get(0).answer(other))
                    .isInstanceOf(ShardMessageException.class)
                    .hasMessageContaining("has flags " + flags);
        }
        assertThat(here.scorers.get(0).counts().rawTotal()).isEqualTo(total);
        Random random = new Random(6);
        ShardRequest.Reader reader = new ShardRequest.Reader(here.settings.fingerprint(2));
        for (int round = 0; round < 3_000; round++) {
            byte[] damagedRequest = damaged(request, random);
            byte[] damagedReply = damaged(reply, random);
            for (Throwable thrown : Arrays.asList(
                    catchThrowable(() -> reader.read(damagedRequest)),
                    catchThrowable(() -> here.gather.address(damagedReply)))) {
                if (thrown != null) {
                    assertThat(thrown).isInstanceOf(ShardMessageException.class);
                }
            }
        }
    }

    /** What 0.5.0 wrote has no flag beyond 4, and whatever stood there was ignored. */
    @Test
    void shouldNeverTakeOutWhatARequestOfAnEarlierVersionHas() {
        Shards here = new Shards(ModelSettings.ofOrder(3), 1);
        here.replies(SMALL, true, 0);
        byte[] request = withByte(here.requests(SMALL, false, 0)[0], 10, ShardRequest.TAKES);

        byte[] reply = here.scorers.get(0).answer(request);

        assertThat(ShardRetraction.is(reply)).isFalse();
        assertThat(here.scorers.get(0).counts().rawTotal()).isEqualTo(SMALL.tokens().length);
    }

    private static byte[] withByte(byte[] message, int at, int value) {
        Varints.Writer out = new Varints.Writer(message.length);
        for (int i = 0; i < message.length - CHECKSUM; i++) {
            out.writeByte(i == at ? value : message[i]);
        }
        out.writeChecksum();
        return out.toByteArray();
    }

    // What is refused

    private static final DocumentTokens SMALL =
            DocumentTokens.of(List.of(List.of("w1", "ü"), List.of(), List.of("w1")));

    private static byte[] request(ModelSettings settings, int shards) {
        return new Shards(settings, shards).requests(SMALL, true, 2)[0];
    }

    private static byte[] reply(ModelSettings settings, int shards) {
        return new Shards(settings, shards).replies(SMALL, true, 2).get(0);
    }

    private static void assertRefused(byte[] request, byte[] reply, String... saying) {
        Shards here = new Shards(ModelSettings.ofOrder(3), 2);
        assertThatThrownBy(() -> here.scorers.get(0).answer(request))
                .isInstanceOf(ShardMessageException.class)
                .hasMessageContainingAll("expected a shard request", saying[0], saying[saying.length - 1]);
        assertThatThrownBy(() -> here.scorers.get(0).peek(request)).isInstanceOf(ShardMessageException.class);
        assertThat(here.scorers.get(0).counts().rawTotal()).isZero();
        assertThatThrownBy(() -> here.gather.open(reply))
                .isInstanceOf(ShardMessageException.class)
                .hasMessageContainingAll("expected a shard reply", saying[0], saying[saying.length - 1]);
        assertThatThrownBy(() -> here.gather.gather(SMALL, List.of(reply))).isInstanceOf(ShardMessageException.class);
    }

    @Test
    void shouldNotScoreWhatNotEveryShardHasRepliedTo() {
        Shards shards = new Shards(new ModelSettings(3, Smoothing.KNESER_NEY, new Vocabulary.Growing(true), 0.5), 2);
        DocumentTokens document = DocumentTokens.of(List.of(List.of("w1", "w2", "w3")));
        List<byte[]> replies = shards.replies(document, true, 0);

        for (List<byte[]> fewer : List.of(
                List.<byte[]>of(),
                replies.subList(0, 1),
                replies.subList(1, 2),
                List.of(replies.get(0), replies.get(0)))) {
            assertThatThrownBy(() -> shards.gather.gather(document, fewer))
                    .hasMessageContaining("not one of each of 2");
        }
        assertThat(shards.gather.gather(document, replies).positions().rows()).isEqualTo(4);
    }

    @Test
    void shouldRefuseAnotherModelAndNameBoth() {
        ModelSettings three = ModelSettings.ofOrder(3);
        assertRefused(
                request(ModelSettings.ofOrder(4), 2),
                reply(ModelSettings.ofOrder(4), 2),
                "of this model (order 3, kneser-ney, a growing vocabulary, 2 shards, hash 0), but got one of another"
                        + " (order 4,",
                "same model.* settings and shards");
        assertRefused(request(three, 3), reply(three, 3), "3 shards");
        ModelSettings wittenBell = new ModelSettings(3, Smoothing.WITTEN_BELL, Vocabulary.growing(), 0.1);
        assertRefused(request(wittenBell, 2), reply(wittenBell, 2), "another (order 3, witten-bell");
        ModelSettings kenlm = new ModelSettings(3, Smoothing.KNESER_NEY, new Vocabulary.Growing(false), 0.1);
        assertRefused(request(kenlm, 2), reply(kenlm, 2), "without <unk> counts");
        ModelSettings fixed = new ModelSettings(3, Smoothing.KNESER_NEY, Vocabulary.fixed(LISTED), 0.1);
        assertRefused(request(fixed, 2), reply(fixed, 2), "a fixed vocabulary");
    }

    @Test
    void shouldRefuseAMessageOfAnotherApplicationAndReadThoseOfAReleaseThatNamedNone() {
        ModelSettings unowned = ModelSettings.ofOrder(3);
        Shards here = new Shards(unowned.ownedBy("driftline words"), 2);
        ModelSettings eu = unowned.ownedBy("driftline-eu words");
        assertThat(catchThrowable(() -> here.scorers.get(0).answer(request(eu, 2))))
                .isInstanceOf(ShardMessageException.class)
                .hasMessageContaining("application.id");
        assertThat(catchThrowable(() -> here.gather.open(reply(eu, 2)))).isInstanceOf(ShardMessageException.class);

        here.scorers.get(0).answer(request(unowned, 2));
        here.gather.open(reply(unowned, 2));
    }

    @Test
    void shouldTellWhoseARequestOrReplyWasWhenOnlyTheSmoothingHasChanged() {
        ModelSettings now = ModelSettings.ofOrder(3).ownedBy("driftline words");
        ModelSettings before =
                new ModelSettings(3, Smoothing.WITTEN_BELL, Vocabulary.growing(), 0.1).ownedBy("driftline words");
        ShardRequest.Addresses addresses =
                new ShardRequest.Addresses(now.fingerprint(2).ofTheSameCounts());
        Gather gather = Gather.ofTheSameCounts(now, 2);
        for (ModelSettings settings : List.of(now, before)) {
            assertThat(addresses.read(request(settings, 2))).isEqualTo(1);
            assertThat(gather.address(reply(settings, 2)).shard()).isZero();
        }
        for (byte[] other : List.of(
                request(now, 3),
                request(ModelSettings.ofOrder(4).ownedBy("driftline words"), 2),
                request(new ModelSettings(3, Smoothing.KNESER_NEY, Vocabulary.fixed(LISTED), 0.1), 2))) {
            assertThat(catchThrowable(() -> addresses.read(other))).isInstanceOf(ShardMessageException.class);
        }
    }

    @Test
    void shouldRefuseAMessageOfTheFirstReleaseAndSayHowToGetRidOfIt() {
        // As 0.1 wrote them: the version, the flags, partition, offset, and so on.
        byte[] request = {1, 1, 0, 5, 0, 1, 1, 'a', 2, 2, 1, 0, 0};
        byte[] reply = {1, 1, 0, 5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
        assertRefused(request, reply, "Driftline 0.1", "no pending documents");
        assertRefused(new byte[] {1}, Arrays.copyOf(reply, 3), "Driftline 0.1");
    }

    @Test
    void shouldRefuseAnotherVersionAndTheOtherKind() {
        byte[] request = request(ModelSettings.ofOrder(3), 2);
        byte[] reply = reply(ModelSettings.ofOrder(3), 2);
        assertRefused(reply, request, "but got a shard re", "what else writes");
        request[1] = 7;
        reply[1] = 7;
        assertRefused(request, reply, "of format version 3, but got one of version 7", "one version of Driftline");
        assertRefused(
                "{\"id\": \"a document\"}".getBytes(StandardCharsets.UTF_8), new byte[20], "bytes that begin with");
        assertRefused(new byte[0], new byte[2], "fewer than any has");
    }

    /** δ has no effect but in add-δ; the order of a vocabulary's words has none anywhere. */
    @Test
    void shouldTellModelsApartByWhatHasAnEffectAndNothingElse() {
        ModelSettings one = ModelSettings.ofOrder(3);
        assertThat(new ModelSettings(3, Smoothing.KNESER_NEY, Vocabulary.growing(), 7).fingerprint(2))
                .isEqualTo(one.fingerprint(2));
        assertThat(new ModelSettings(3, Smoothing.ADD_DELTA, Vocabulary.growing(), 0.1).fingerprint(2))
                .isNotEqualTo(new ModelSettings(3, Smoothing.ADD_DELTA, Vocabulary.growing(), 0.2).fingerprint(2));
        ModelFingerprint fixed = ofWords("a", "b", "c");
        assertThat(ofWords("c", "a", "b")).isEqualTo(fixed);
        assertThat(ofWords("a", "b")).isNotEqualTo(fixed);
        assertThat(ofWords("a", "b", "d")).isNotEqualTo(fixed);
        assertThat(one.fingerprint(2)).isNotEqualTo(one.fingerprint(3));
        assertThatThrownBy(() -> one.fingerprint(65_536)).hasMessageContaining("between 1 and 65535");
    }

    private static ModelFingerprint ofWords(String... words) {
        return new ModelSettings(3, Smoothing.KNESER_NEY, Vocabulary.fixed(List.of(words)), 0.1).fingerprint(2);
    }

    @Test
    void shouldRefuseEveryTruncatedAndEveryBitFlippedMessage() {
        byte[] request = request(ModelSettings.ofOrder(3), 2);
        byte[] reply = reply(ModelSettings.ofOrder(3), 2);
        Shards here = new Shards(ModelSettings.ofOrder(3), 2);
        for (int length = 0; length < request.length; length++) {
            byte[] truncated = Arrays.copyOf(request, length);
            assertThat(catchThrowable(() -> here.scorers.get(0).answer(truncated)))
                    .as("%d bytes", length)
                    .isInstanceOf(ShardMessageException.class);
        }
        for (int length = 0; length < reply.length; length++) {
            byte[] truncated = Arrays.copyOf(reply, length);
            assertThat(catchThrowable(() -> here.gather.open(truncated)))
                    .as("%d bytes", length)
                    .isInstanceOf(ShardMessageException.class);
        }
        for (int bit = 0; bit < 8 * request.length; bit++) {
            byte[] flipped = flip(request, bit);
            assertThat(catchThrowable(() -> here.scorers.get(0).answer(flipped)))
                    .as("bit %d", bit)
                    .isInstanceOf(ShardMessageException.class);
        }
        for (int bit = 0; bit < 8 * reply.length; bit++) {
            byte[] flipped = flip(reply, bit);
            assertThat(catchThrowable(() -> here.gather.open(flipped)))
                    .as("bit %d", bit)
                    .isInstanceOf(ShardMessageException.class);
        }
        assertThat(here.scorers.get(0).counts().rawTotal()).isZero();
    }

    private static byte[] flip(byte[] message, int bit) {
        byte[] flipped = message.clone();
        flipped[bit / 8] ^= (byte) (1 << bit % 8);
        return flipped;
    }

    /** A defect that writes a right checksum over wrong bytes, or somebody who means harm. */
    @Test
    void shouldNeitherFailOtherwiseNorAllocateForALengthThatIsNotThereWhereTheChecksumIsRight() {
        Shards here = new Shards(ModelSettings.ofOrder(3), 2);
        for (int i = 0; i < 3; i++) {
            here.replies(SMALL, true, 0);
        }
        byte[][] requests = here.requests(SMALL, false, 2);
        List<byte[]> replies = here.replies(SMALL, false, 2);
        ShardRequest.Reader reader = new ShardRequest.Reader(here.settings.fingerprint(2));
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        Random random = new Random(5);
        for (int round = 0; round < 5_000; round++) {
            int shard = round % 2;
            byte[] request = damaged(requests[shard], random);
            byte[] reply = damaged(replies.get(shard), random);
            long before = threads.getCurrentThreadAllocatedBytes();
            Throwable ofRequest = catchThrowable(() -> reader.read(request));
            Throwable ofReply = catchThrowable(() -> here.gather.gather(SMALL, List.of(reply, replies.get(1 - shard))));
            assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(1 << 20);
            for (Throwable thrown : Arrays.asList(ofRequest, ofReply)) {
                if (thrown != null) {
                    assertThat(thrown)
                            .isInstanceOf(ShardMessageException.class)
                            .hasMessageContaining("expected a shard");
                }
            }
        }
    }

    @Test
    void shouldTakeNoMoreRoomThanThereAreWordsHoweverManyAreWanted() {
        Shards here = new Shards(ModelSettings.ofOrder(3), 2);
        here.replies(SMALL, true, 0);
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        for (byte[][] requests : List.of(
                here.requests(SMALL, false, 1 << 27), here.scatter.proofs(SMALL, Integer.MAX_VALUE / 8, List.of()))) {
            for (int shard = 0; shard < 2; shard++) {
                long before = threads.getCurrentThreadAllocatedBytes();
                assertThat(here.scorers.get(shard).peek(requests[shard])).isNotEmpty();
                assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(1 << 20);
            }
        }
        byte[] tooMany = here.requests(SMALL, false, Integer.MAX_VALUE)[0];
        assertThatThrownBy(() -> here.scorers.get(0).peek(tooMany))
                .isInstanceOf(ShardMessageException.class)
                .hasMessageContaining("next words are wanted");
    }

    /** A shard names the left neighbours of a word by the word behind U+0000. */
    @Test
    void shouldLetNobodyReachANameInsideAShard() {
        Shards here = new Shards(ModelSettings.ofOrder(3), 2);
        List<String> words = List.of("w1", "w2", "w3", "w4", "ü", "ö");
        here.replies(DocumentTokens.of(List.of(words)), true, 0);
        int names = 0;
        for (ShardScorer scorer : here.scorers) {
            for (int id = 0; id < scorer.counts().wordCount(); id++) {
                String name = scorer.counts().spelling(id);
                if (name.startsWith("\0")) {
                    names++;
                    for (String word : words) {
                        assertThat(scorer.rawCount(List.of(name, word))).isZero();
                    }
                }
            }
        }
        assertThat(names).as("names inside the shards").isPositive();
        byte[][] requests = here.requests(DocumentTokens.of(List.of(List.of("w1", "\0w1", "\0w2"))), true, 0);
        for (int shard = 0; shard < 2; shard++) {
            ShardScorer scorer = here.scorers.get(shard);
            byte[] request = requests[shard];
            assertThatThrownBy(() -> scorer.answer(request))
                    .isInstanceOf(ShardMessageException.class)
                    .hasMessageContaining("U+0000");
        }
    }

    /** With one to three bytes behind the frame changed, and the checksum made right. */
    private static byte[] damaged(byte[] message, Random random) {
        int frame = 10;
        byte[] damaged = message.clone();
        for (int i = 1 + random.nextInt(3); i > 0; i--) {
            int at = frame + random.nextInt(message.length - frame - CHECKSUM);
            damaged[at] = (byte) (random.nextBoolean() ? 0xFF : random.nextInt());
        }
        int length = random.nextInt(4) == 0
                ? frame + random.nextInt(message.length - frame - CHECKSUM)
                : message.length - CHECKSUM;
        Varints.Writer out = new Varints.Writer(length + CHECKSUM);
        for (int i = 0; i < length; i++) {
            out.writeByte(damaged[i]);
        }
        out.writeChecksum();
        return out.toByteArray();
    }

    // The bytes themselves

    /**
     * Where this fails, the layout has changed: give the format a new version, describe it in the class comment, and only
     * then put the new bytes, which this test leaves in {@code target/shard-messages}, in place of the old.
     */
    @Test
    void shouldWriteTheBytesOfTheGoldenFiles() throws IOException {
        Shards shards = new Shards(
                new ModelSettings(3, Smoothing.KNESER_NEY, Vocabulary.fixed(List.of("the", "cat", "sat", "ü")), 0.1),
                2);
        shards.replies(
                DocumentTokens.of(List.of(List.of("the", "cat", "sat"), List.of("the", "dog", "sat", "ü"))), true, 0);
        DocumentTokens document = DocumentTokens.of(List.of(List.of("the", "bird"), List.of(), List.of("the", "cat")));
        byte[][] requests = shards.scatter.requests(7, 300, document, true, 2, List.of("sat", "</s>", "bird"));
        List<byte[]> written = new ArrayList<>();
        List<byte[]> expected = new ArrayList<>();
        for (int shard = 0; shard < 2; shard++) {
            byte[] reply = shards.scorers.get(shard).answer(requests[shard]);
            written.addAll(List.of(requests[shard], reply));
            expected.add(golden("request-" + shard, requests[shard]));
            expected.add(golden("reply-" + shard, reply));
        }
        assertThat(shards.scatter.add(7, 301, document, true, 2, List.of("sat")))
                .isTrue();
        assertThat(shards.scatter.add(7, 302, document, false, 0, List.of())).isTrue();
        byte[][] batches = shards.scatter.take();
        for (int shard = 0; shard < 2; shard++) {
            byte[] reply = shards.scorers.get(shard).answer(batches[shard]);
            written.addAll(List.of(batches[shard], reply));
            expected.add(golden("batch-request-" + shard, batches[shard]));
            expected.add(golden("batch-reply-" + shard, reply));
        }
        for (boolean take : new boolean[] {false, true}) {
            byte[][] retractions = shards.scatter.retraction(7, 303, document, take);
            String name = take ? "taking" : "check";
            for (int shard = 0; shard < 2; shard++) {
                byte[] reply = shards.scorers.get(shard).answer(retractions[shard]);
                written.addAll(List.of(retractions[shard], reply));
                expected.add(golden(name + "-request-" + shard, retractions[shard]));
                expected.add(golden(name + "-reply-" + shard, reply));
            }
        }
        assertThat(written).usingRecursiveComparison().isEqualTo(expected);
    }

    private static byte[] golden(String name, byte[] now) throws IOException {
        Path folder = Files.createDirectories(Path.of("target", "shard-messages"));
        Files.write(folder.resolve(name + ".bin"), now);
        try (InputStream in = ShardMessagesTest.class.getResourceAsStream("/shard-messages/" + name + ".bin")) {
            return in.readAllBytes();
        }
    }
}
