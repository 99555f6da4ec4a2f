package dev.driftline.retraction;

import static org.assertj.core.api.Assertions.assertThat;

import dev.driftline.input.DocumentOrigin;
import dev.driftline.input.IncomingDocument;
import dev.driftline.input.Retract;
import dev.driftline.pages.HeapPageStore;
import dev.driftline.pending.PendingDocument;
import dev.driftline.pending.RetractionStep;
import dev.driftline.pending.RetractionStep.Phase;
import dev.driftline.schemas.RetractionOutcome;
import dev.driftline.scoring.DocumentTokens;
import dev.driftline.scoring.ModelSettings;
import dev.driftline.scoring.Scatter;
import dev.driftline.scoring.ShardScorer;
import dev.driftline.store.StoreHeader;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Two retractions between two shards, step by step. */
class RetractionsTest {

    private static final int SHARDS = 2;
    private static final ModelSettings MODEL = ModelSettings.ofOrder(3);
    private static final DocumentTokens TEXT =
            DocumentTokens.of(List.of(List.of("one", "two", "three", "four", "five", "six", "seven", "eight")));
    private static final DocumentOrigin FIRST = new DocumentOrigin("documents", 0, 10);
    private static final DocumentOrigin SECOND = new DocumentOrigin("documents", 1, 10);

    private final List<ShardScorer> shards = IntStream.range(0, SHARDS)
            .mapToObj(shard -> new ShardScorer(MODEL, shard, SHARDS, new HeapPageStore(), 1 << 20))
            .toList();
    private final Scatter scatter = new Scatter(MODEL, SHARDS);
    private final Retractions retractions = new Retractions(
            MODEL,
            SHARDS,
            new RetractedRecords(new HeapPageStore()),
            new StoreHeader("pending", new HeapPageStore(), null, true),
            "text",
            false);

    private void learn(DocumentTokens tokens) {
        byte[][] requests = scatter.requests(0, 0, tokens, true, 0, List.of());
        for (int shard = 0; shard < SHARDS; shard++) {
            shards.get(shard).answer(requests[shard]);
        }
    }

    private long tokens() {
        return shards.stream().mapToLong(shard -> shard.counts().rawTotal()).sum();
    }

    private static IncomingDocument retraction(OptionalLong offset) {
        return new IncomingDocument("id", "source", 1, false, TEXT, Map.of(), Optional.of(new Retract(offset, false)));
    }

    /** Has every shard answer that is asked, in the order of {@code order}. */
    private void answer(PendingDocument waiting, List<Optional<byte[]>> requests, int... order) {
        for (int shard : order) {
            requests.get(shard)
                    .ifPresent(request -> waiting.add(shards.get(shard).answer(request)));
        }
    }

    /** A retraction to which all shards have replied that they have the document; what they are asked next. */
    private Retractions.Next checked(IncomingDocument document, DocumentOrigin origin) {
        assertThat(retractions.answer(document, origin)).isEmpty();
        byte[][] requests = retractions.requests(origin.partition(), 1, document);
        retractions.begin(document, origin);
        assertThat(retractions.first()).isEqualTo(Phase.CHECKING);
        PendingDocument waiting =
                PendingDocument.retraction(document, 1, 2, SHARDS, new RetractionStep(Phase.CHECKING));
        List<Optional<byte[]>> asked = new ArrayList<>();
        for (byte[] request : requests) {
            asked.add(Optional.of(request));
        }
        answer(waiting, asked, 0, 1);
        return retractions.next(origin.partition(), 1, waiting).orElseThrow();
    }

    @Test
    void shouldPutBackWhatOneShardTookOutWhenAnotherRetractionTookTheRest() {
        learn(DocumentTokens.of(List.of(List.of("one", "other", "text"))));
        long before = tokens();
        learn(TEXT);
        long with = tokens();
        IncomingDocument first = retraction(OptionalLong.of(3));
        IncomingDocument second = retraction(OptionalLong.of(4));

        // Both are found everywhere, and then each shard has another of them first.
        Retractions.Next one = checked(first, FIRST);
        Retractions.Next other = checked(second, SECOND);
        assertThat(tokens()).as("nothing is taken out by a check").isEqualTo(with);
        answer(one.waiting(), one.requests(), 0);
        answer(other.waiting(), other.requests(), 1, 0);
        answer(one.waiting(), one.requests(), 1);

        for (Map.Entry<Retractions.Next, DocumentOrigin> each :
                List.of(Map.entry(one, FIRST), Map.entry(other, SECOND))) {
            Retractions.Next back = retractions
                    .next(each.getValue().partition(), 1, each.getKey().waiting())
                    .orElseThrow();
            assertThat(back.waiting().step).contains(new RetractionStep(Phase.PUTTING_BACK));
            assertThat(back.requests().stream().filter(Optional::isPresent))
                    .as("the one shard that took it out")
                    .hasSize(1);
            answer(back.waiting(), back.requests(), 0, 1);
            assertThat(back.waiting().isComplete()).isTrue();
            assertThat(retractions.next(0, 1, back.waiting())).isEmpty();
            RetractionOutput.Answer answer =
                    retractions.end(back.waiting(), each.getValue()).answer().orElseThrow();
            assertThat(answer.outcome()).isEqualTo(RetractionOutcome.NOT_LEARNED);
        }
        assertThat(tokens()).isEqualTo(with);

        // The claims are gone, so that it can be tried again.
        Retractions.Next again = checked(first, FIRST);
        assertThat(retractions
                        .answer(first, new DocumentOrigin("documents", 0, 11))
                        .orElseThrow()
                        .outcome())
                .as("while the first is under way")
                .isEqualTo(RetractionOutcome.ALREADY_RETRACTED);
        answer(again.waiting(), again.requests(), 0, 1);
        assertThat(retractions.next(0, 1, again.waiting())).isEmpty();
        assertThat(retractions
                        .end(again.waiting(), FIRST)
                        .answer()
                        .orElseThrow()
                        .outcome())
                .isEqualTo(RetractionOutcome.RETRACTED);
        assertThat(tokens()).isEqualTo(before);
    }

    @Test
    void shouldExpectNoReplyToAnEarlierRequestWhenItComesAgain() {
        learn(TEXT);
        byte[] check = shards.get(0).answer(scatter.retraction(0, 1, TEXT, false)[0]);
        byte[] taken = shards.get(0).answer(scatter.retraction(0, 1, TEXT, true)[0]);
        byte[] lacks = shards.get(0).answer(scatter.retraction(0, 1, TEXT, true)[0]);
        byte[] learned = shards.get(0).answer(scatter.requests(0, 1, TEXT, true, 0, List.of())[0]);

        assertThat(List.of(check, lacks))
                .allMatch(reply -> Retractions.isExpected(new RetractionStep(Phase.CHECKING), reply));
        assertThat(List.of(taken, learned))
                .noneMatch(reply -> Retractions.isExpected(new RetractionStep(Phase.CHECKING), reply));
        assertThat(List.of(taken, lacks))
                .allMatch(reply -> Retractions.isExpected(new RetractionStep(Phase.TAKING), reply));
        assertThat(List.of(check, learned))
                .noneMatch(reply -> Retractions.isExpected(new RetractionStep(Phase.TAKING), reply));
        assertThat(Retractions.isExpected(new RetractionStep(Phase.PUTTING_BACK), learned))
                .isTrue();
        assertThat(List.of(check, taken, lacks))
                .noneMatch(reply -> Retractions.isExpected(new RetractionStep(Phase.PUTTING_BACK), reply));
    }
}
