package dev.driftline.retraction;

import dev.driftline.failures.FailureKind;
import dev.driftline.input.DocumentOrigin;
import dev.driftline.input.IncomingDocument;
import dev.driftline.input.Retract;
import dev.driftline.pending.PendingDocument;
import dev.driftline.pending.PendingDocuments;
import dev.driftline.pending.RetractionStep;
import dev.driftline.pending.RetractionStep.Phase;
import dev.driftline.retraction.RetractionOutput.Answer;
import dev.driftline.schemas.RetractionOutcome;
import dev.driftline.scoring.DocumentTokens;
import dev.driftline.scoring.Gather;
import dev.driftline.scoring.ModelSettings;
import dev.driftline.scoring.Scatter;
import dev.driftline.scoring.messages.ShardFailure;
import dev.driftline.scoring.messages.ShardMessageException;
import dev.driftline.scoring.messages.ShardRetraction;
import dev.driftline.sources.SourceModels;
import dev.driftline.store.StoreHeader;
import dev.driftline.store.WriteBackStore;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The way of a retraction. It is that of a document, so that it comes after its document everywhere. The one shard takes the
 * document out at once, if it has all of it. Of several each is asked first whether it has its part, then to take it out. Where
 * another retraction has come between, so that one shard lacks its part now, those that have taken theirs out learn it again.
 * So either all of the document is out in the end, or nothing.
 *
 * <p>What is known of a source is dropped in the same way, with a document without tokens, so that the documents of the source
 * that came before are scored by then.
 *
 * <p>Of one task, and used by its stream thread.
 */
public final class Retractions {

    private static final Logger LOG = LoggerFactory.getLogger(Retractions.class);

    private static final DocumentTokens NO_TOKENS = DocumentTokens.of(List.of());

    private static final String SHARED_NETWORK =
            "what a network was taught of it, until a round of training starts from one that has not seen it";

    private static final String FORGOTTEN =
            "what the counts had forgotten before, or cannot tell from the same words of others";

    private final int shards;
    private final Scatter scatter;
    private final Gather gather;
    private final RetractedRecords records;
    private final StoreHeader taken;
    private final String textTopic;
    private final boolean hasNetwork;

    /**
     * What has become of a retraction to which the shards have replied.
     *
     * @param answer what goes out; empty where it is a dead letter
     * @param failure why it is a dead letter; empty where it is none
     * @param learned whether the counts have the document, as the dead letter says it
     */
    public record End(Optional<Answer> answer, String failure, String learned) {

        static End of(Answer answer) {
            return new End(Optional.of(answer), "", "");
        }

        static End failed(String why, String learned) {
            return new End(Optional.empty(), why, learned);
        }
    }

    /**
     * What the shards are to be asked next.
     *
     * @param waiting the retraction, which waits for their replies
     * @param requests by shard; empty for those that are not asked
     */
    public record Next(PendingDocument waiting, List<Optional<byte[]>> requests) {}

    /**
     * @param shards how many there are
     * @param records which are out already
     * @param taken of the store of pending documents: by its positions records are noted
     * @param textTopic the full name of the topic of raw text
     * @param hasNetwork whether a network takes part in scoring
     */
    public Retractions(
            ModelSettings model,
            int shards,
            RetractedRecords records,
            StoreHeader taken,
            String textTopic,
            boolean hasNetwork) {
        this.shards = shards;
        this.records = records;
        this.taken = taken;
        this.textTopic = textTopic;
        this.hasNetwork = hasNetwork;
        scatter = new Scatter(model, shards);
        gather = new Gather(model, shards);
    }

    /**
     * Those of a task, over its stores of sources and of pending documents.
     *
     * @param textTopic the full name of the topic of raw text
     * @param hasNetwork whether a network takes part in scoring
     */
    public static Retractions of(
            ProcessorContext<?, ?> context, ModelSettings model, int shards, String textTopic, boolean hasNetwork) {
        WriteBackStore sources = context.getStateStore(SourceModels.STORE);
        WriteBackStore pending = context.getStateStore(PendingDocuments.STORE);
        return new Retractions(
                model,
                shards,
                sources.cache(RetractedRecords.class, RetractedRecords::new),
                pending.header(),
                textTopic,
                hasNetwork);
    }

    /** What the shards are asked first. */
    public Phase first() {
        return shards == 1 ? Phase.TAKING : Phase.CHECKING;
    }

    /** The answer to a retraction about which no shard needs to be asked; empty where the shards are to be asked. */
    public Optional<Answer> answer(IncomingDocument document, DocumentOrigin origin) {
        Retract retract = document.retract().orElseThrow();
        if (retract.source()) {
            return Optional.empty();
        }
        if (document.tokens().words().length <= DocumentTokens.EOS + 1) {
            return Optional.of(Answer.of(
                    RetractionOutcome.NO_TEXT,
                    "the retraction has no text, which is needed to take the document out; nothing was taken out"));
        }
        if (retract.offset().isEmpty()) {
            return Optional.empty();
        }
        long offset = retract.offset().getAsLong();
        if (offset < 0 || offset >= origin.offset()) {
            return Optional.of(Answer.of(
                    RetractionOutcome.NOT_LEARNED,
                    "the record at offset " + offset + " does not come before the retraction, at offset "
                            + origin.offset() + ", in its partition; nothing was taken out"));
        }
        if (records.has(isText(origin), origin.partition(), position(origin, offset))) {
            return Optional.of(Answer.of(
                    RetractionOutcome.ALREADY_RETRACTED,
                    "the record at offset " + offset + " was taken out by a retraction before; nothing was taken out"));
        }
        return Optional.empty();
    }

    /** Notes that a retraction is under way, so that another of the same record is not. */
    public void begin(IncomingDocument document, DocumentOrigin origin) {
        offset(document).ifPresent(offset -> records.add(isText(origin), origin.partition(), position(origin, offset)));
    }

    /** Notes that the record was not taken out, or may not have been. */
    public void undo(IncomingDocument document, DocumentOrigin origin) {
        offset(document)
                .ifPresent(offset -> records.remove(isText(origin), origin.partition(), position(origin, offset)));
    }

    private static Optional<Long> offset(IncomingDocument document) {
        Retract retract = document.retract().orElseThrow();
        return retract.source() || retract.offset().isEmpty()
                ? Optional.empty()
                : Optional.of(retract.offset().getAsLong());
    }

    private boolean isText(DocumentOrigin origin) {
        return origin.topic().equals(textTopic);
    }

    private long position(DocumentOrigin origin, long offset) {
        return taken.position(origin.topic(), origin.partition(), offset);
    }

    /** What the shards are asked in the phase that comes {@link #first}, by shard. */
    public byte[][] requests(int partition, long ticket, IncomingDocument document) {
        return requests(partition, ticket, document, first() == Phase.TAKING);
    }

    private byte[][] requests(int partition, long ticket, IncomingDocument document, boolean take) {
        return scatter.retraction(partition, ticket, tokens(document), take);
    }

    private static DocumentTokens tokens(IncomingDocument document) {
        return document.retract().orElseThrow().source() ? NO_TOKENS : document.tokens();
    }

    /** Whether a reply answers what was asked last; under at-least-once one to an earlier request may come again. */
    public static boolean isExpected(RetractionStep step, byte[] reply) {
        if (ShardFailure.is(reply)) {
            return true;
        }
        boolean isRetracted = ShardRetraction.is(reply);
        return switch (step.phase()) {
            case CHECKING -> isRetracted && !ShardRetraction.hasTaken(reply);
            case TAKING -> isRetracted && (ShardRetraction.hasTaken(reply) || !ShardRetraction.hasAll(reply));
            case PUTTING_BACK -> !isRetracted;
        };
    }

    /**
     * What comes after the replies to the last request.
     *
     * @param waiting a retraction to which every shard that was asked has replied
     * @return empty where nothing more is to be asked: {@link #end} says what has become of it
     */
    public Optional<Next> next(int partition, long ticket, PendingDocument waiting) {
        try {
            return switch (waiting.step.orElseThrow().phase()) {
                case CHECKING -> take(partition, ticket, waiting);
                case TAKING -> putBack(partition, ticket, waiting);
                case PUTTING_BACK -> Optional.empty();
            };
        } catch (RuntimeException e) {
            if (!FailureKind.isOfRecord(e) && !(e instanceof ShardMessageException)) {
                throw e;
            }
            LOG.error("Replies to a retraction do not go together", e);
            return Optional.empty();
        }
    }

    private Optional<Next> take(int partition, long ticket, PendingDocument waiting) {
        IncomingDocument document = waiting.document;
        if (document.retract().orElseThrow().source()
                || !gather.failures(waiting.replies).isEmpty()
                || !gather.retracted(waiting.replies).everywhere()) {
            return Optional.empty();
        }
        return Optional.of(new Next(
                waiting.next(new RetractionStep(Phase.TAKING), shards),
                List.of(requests(partition, ticket, document, true)).stream()
                        .map(Optional::of)
                        .toList()));
    }

    private Optional<Next> putBack(int partition, long ticket, PendingDocument waiting) {
        BitSet took = gather.taken(waiting.replies);
        if (shards == 1 || took.isEmpty() || took.cardinality() == shards) {
            return Optional.empty();
        }
        byte[][] requests = scatter.requests(partition, ticket, waiting.document.tokens(), true, 0, List.of());
        List<ShardFailure> failures = gather.failures(waiting.replies);
        String why = failures.isEmpty()
                ? ""
                : "shard " + failures.get(0).shard() + ": " + failures.get(0).why();
        LOG.warn(
                "Shards {} had a part of a document and took it out, and others lack theirs: it is put back there",
                took);
        return Optional.of(new Next(
                waiting.next(new RetractionStep(Phase.PUTTING_BACK, why), took.cardinality()),
                IntStream.range(0, shards)
                        .mapToObj(shard -> took.get(shard) ? Optional.of(requests[shard]) : Optional.<byte[]>empty())
                        .toList()));
    }

    /**
     * What has become of a retraction about which nothing more is asked. Unless it was taken out, it may be tried again.
     *
     * @throws ShardMessageException if the replies do not go together
     */
    public End end(PendingDocument waiting, DocumentOrigin origin) {
        boolean isOut = false;
        try {
            End end = of(waiting);
            isOut = end.answer().filter(answer -> answer.tokens() > 0).isPresent();
            return end;
        } finally {
            if (!isOut) {
                undo(waiting.document, origin);
            }
        }
    }

    private End of(PendingDocument waiting) {
        RetractionStep step = waiting.step.orElseThrow();
        List<ShardFailure> failures = gather.failures(waiting.replies);
        if (step.phase() == Phase.PUTTING_BACK) {
            long without =
                    failures.stream().filter(failure -> !failure.learned()).count();
            if (without > 0) {
                return End.failed("putting back what some shards had taken out failed", "partly");
            }
            return step.why().isEmpty()
                    ? End.of(Answer.of(
                            RetractionOutcome.NOT_LEARNED,
                            "another retraction took a part of it out at the same time; nothing was taken out"))
                    : End.failed(step.why(), "yes");
        }
        if (!failures.isEmpty()) {
            return End.failed(
                    "shard " + failures.get(0).shard() + ": " + failures.get(0).why(), "yes");
        }
        Gather.Taken found = gather.retracted(waiting.replies);
        if (waiting.document.retract().orElseThrow().source()) {
            return End.of(Answer.of(
                    RetractionOutcome.SOURCE_DROPPED,
                    "what was known of the source itself in this partition was dropped"));
        }
        if (step.phase() == Phase.CHECKING || !found.everywhere()) {
            return End.of(Answer.of(
                    RetractionOutcome.NOT_LEARNED,
                    "the counts lack " + found.missing() + " of its " + found.events()
                            + " n-grams and words: it was not learned, was taken out before, or had another text;"
                            + " nothing was taken out"));
        }
        int tokens = waiting.document.tokens().tokens().length;
        if (found.isApproximate()) {
            return End.of(new Answer(
                    RetractionOutcome.APPROXIMATE,
                    tokens,
                    "the counts had " + (found.events() - found.missing()) + " of its " + found.events()
                            + " n-grams and words, and have lost them",
                    Optional.of(hasNetwork ? FORGOTTEN + "; and " + SHARED_NETWORK : FORGOTTEN)));
        }
        return End.of(new Answer(
                RetractionOutcome.RETRACTED,
                tokens,
                "every count is as if the document had never come",
                hasNetwork ? Optional.of(SHARED_NETWORK) : Optional.empty()));
    }
}
