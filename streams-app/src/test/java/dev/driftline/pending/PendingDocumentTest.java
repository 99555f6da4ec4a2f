package dev.driftline.pending;

import static org.assertj.core.api.Assertions.assertThat;

import dev.driftline.input.DocumentOrigin;
import dev.driftline.input.IncomingDocument;
import dev.driftline.input.Retract;
import dev.driftline.pages.HeapPageStore;
import dev.driftline.scoring.DocumentTokens;
import dev.driftline.scoring.Gather;
import dev.driftline.scoring.ModelSettings;
import dev.driftline.scoring.Scatter;
import dev.driftline.scoring.ShardScorer;
import dev.driftline.scoring.messages.ShardReply;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class PendingDocumentTest {

    private static final int SHARDS = 2;
    private static final ModelSettings MODEL = ModelSettings.ofOrder(3);

    private final DocumentTokens tokens = DocumentTokens.of(List.of(List.of("a", "b", "ü"), List.of("a")));
    private final IncomingDocument document = new IncomingDocument("id", "source", -5, false, tokens);

    private List<byte[]> replies() {
        List<byte[]> replies = new ArrayList<>();
        byte[][] requests = new Scatter(MODEL, SHARDS).requests(3, 77, tokens, true, 0, List.of());
        for (int shard = 0; shard < SHARDS; shard++) {
            replies.add(new ShardScorer(MODEL, shard, SHARDS, new HeapPageStore(), 1 << 20).answer(requests[shard]));
        }
        return replies;
    }

    @Test
    void shouldBeTheSameAfterItWasStored() {
        List<byte[]> replies = replies();
        PendingDocument pending = new PendingDocument(document, 1234, 5678, SHARDS);
        pending.add(replies.get(1));

        PendingDocument read = PendingDocument.decode(pending.encode());

        assertThat(read.document.id()).isEqualTo("id");
        assertThat(read.document.source()).isEqualTo("source");
        assertThat(read.document.publishedAt()).isEqualTo(-5);
        assertThat(read.document.learn()).isFalse();
        assertThat(read.document.tokens().words()).isEqualTo(tokens.words());
        assertThat(read.document.tokens().tokens()).isEqualTo(tokens.tokens());
        assertThat(read.timestamp).isEqualTo(1234);
        assertThat(read.scatteredAt).isEqualTo(5678);
        assertThat(read.replies).containsExactly(replies.get(1));
        assertThat(read.add(replies.get(0))).isTrue();
        assertThat(read.encode()).isNotEqualTo(pending.encode());
    }

    @Test
    void shouldKeepItsOriginWhereTheTicketDoesNotSayIt() {
        byte[] reply = replies().get(0);
        DocumentOrigin origin = new DocumentOrigin("driftline.documents.v1", 3, 77);
        PendingDocument pending = PendingDocument.replied(document, 1234, 5678, Optional.of(origin), reply);

        byte[] stored = pending.encode();
        PendingDocument read = PendingDocument.decode(stored);

        assertThat(PendingDocument.isComplete(stored)).isTrue();
        assertThat(read.origin).contains(origin);
        assertThat(read.isComplete()).isTrue();
        assertThat(read.replies).containsExactly(reply);
        assertThat(read.document.attributes()).isEmpty();
        assertThat(read.document.tokens().words()).isEqualTo(tokens.words());
        assertThat(read.encode()).isEqualTo(stored);
    }

    /** Documents that an older version left waiting. */
    @Test
    void shouldBeReadWhenItWasStoredWithoutTheTimeOfScatter() {
        PendingDocument read = PendingDocument.decode(new PendingDocument(document, 1234, -1, SHARDS).encode());

        assertThat(read.scatteredAt).isNegative();
        assertThat(read.timestamp).isEqualTo(1234);
        assertThat(read.document.tokens().words()).isEqualTo(tokens.words());
    }

    @Test
    void shouldKeepAttributesAndReadWhatWasStoredWithoutThem() {
        IncomingDocument attributed =
                new IncomingDocument("id", "source", 1, true, tokens, Map.of("language", "de", "leer", ""));

        assertThat(PendingDocument.decode(new PendingDocument(attributed, 1, 1, SHARDS).encode())
                        .document
                        .attributes())
                .isEqualTo(attributed.attributes());
        assertThat(PendingDocument.decode(new PendingDocument(document, 1, 1, SHARDS).encode())
                        .document
                        .attributes())
                .isEmpty();
        assertThat(new PendingDocument(document, 1, 1, SHARDS).encode()[0])
                .as("the version that knows no attributes")
                .isEqualTo((byte) 1);
    }

    @Test
    void shouldKeepHowFarARetractionHasCome() {
        Retract retract = new Retract(OptionalLong.of(70), false);
        IncomingDocument retraction =
                new IncomingDocument("id", "source", 1, false, tokens, Map.of(), Optional.of(retract));
        PendingDocument first =
                PendingDocument.retraction(retraction, 1, 2, SHARDS, new RetractionStep(RetractionStep.Phase.CHECKING));
        replies().forEach(first::add);
        assertThat(PendingDocument.isComplete(first.encode())).isTrue();

        PendingDocument next = PendingDocument.decode(first.encode())
                .next(new RetractionStep(RetractionStep.Phase.PUTTING_BACK, "it failed"), 1);
        byte[] stored = next.encode();
        PendingDocument read = PendingDocument.decode(stored);

        assertThat(stored[0]).as("a version that 0.5.0 does not read").isEqualTo((byte) 4);
        assertThat(PendingDocument.isComplete(stored)).isFalse();
        assertThat(read.document.retract()).contains(retract);
        assertThat(read.step).contains(new RetractionStep(RetractionStep.Phase.PUTTING_BACK, "it failed"));
        assertThat(read.replies).isEmpty();
        assertThat(read.add(replies().get(0))).as("only one is asked").isTrue();

        DocumentOrigin origin = new DocumentOrigin("driftline.text.v1", 2, 9);
        PendingDocument one = PendingDocument.decode(PendingDocument.replied(
                        retraction, 1, 2, Optional.of(origin), replies().get(0))
                .encode());
        assertThat(one.origin).contains(origin);
        assertThat(one.step).contains(new RetractionStep(RetractionStep.Phase.TAKING));
        assertThat(one.isComplete()).isTrue();
    }

    @Test
    void shouldNotCountAReplyTwice() {
        List<byte[]> replies = replies();
        PendingDocument pending = new PendingDocument(document, 0, 0, SHARDS);
        pending.add(replies.get(0));

        assertThat(pending.expects(ShardReply.shardOf(replies.get(0)))).isFalse();
        assertThat(pending.expects(ShardReply.shardOf(replies.get(1)))).isTrue();
        assertThat(new Gather(MODEL, SHARDS).open(replies.get(1)).ticket()).isEqualTo(77);
    }

    @Test
    void shouldTellDocumentsFromTextOfTheSameOffset() {
        assertThat(Ticket.of(9, true)).isNotEqualTo(Ticket.of(9, false));
        assertThat(Ticket.offset(Ticket.of(1L << 50, true))).isEqualTo(1L << 50);
        assertThat(Ticket.isText(Ticket.of(9, true))).isTrue();
        assertThat(Ticket.isText(Ticket.of(9, false))).isFalse();
    }

    @Test
    void shouldSayOfItsStoredFormWhetherItIsComplete() {
        for (Map<String, String> attributes : List.of(Map.<String, String>of(), Map.of("language", "de"))) {
            for (long scatteredAt : new long[] {-1, 5}) {
                IncomingDocument incoming = new IncomingDocument("id", "source", 3, true, tokens, attributes);
                PendingDocument pending = new PendingDocument(incoming, 4, scatteredAt, SHARDS);
                for (byte[] reply : replies()) {
                    assertThat(PendingDocument.isComplete(pending.encode())).isFalse();
                    pending.add(reply);
                }
                assertThat(PendingDocument.isComplete(pending.encode())).isTrue();
            }
        }
    }
}
