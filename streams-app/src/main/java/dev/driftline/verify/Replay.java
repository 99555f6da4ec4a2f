package dev.driftline.verify;

import dev.driftline.heap.HeapBudget;
import dev.driftline.heap.HeapUse;
import dev.driftline.input.IncomingDocument;
import dev.driftline.input.Retract;
import dev.driftline.ngram.NgramCounts;
import dev.driftline.pages.PageStore;
import dev.driftline.pending.Ticket;
import dev.driftline.schemas.RetractionOutcome;
import dev.driftline.scoring.Gather;
import dev.driftline.scoring.Scatter;
import dev.driftline.scoring.ShardScorer;
import dev.driftline.scoring.messages.ModelFingerprint;
import dev.driftline.scoring.messages.ShardMessageException;
import dev.driftline.store.WriteBackMap;
import dev.driftline.topics.Layout;
import dev.driftline.topics.Topic;
import dev.driftline.topology.TopologySettings;
import dev.driftline.verify.log.UnverifiableException;
import dev.driftline.verify.log.VerifyProgress;
import dev.driftline.verify.order.LearnedOrder;
import dev.driftline.verify.order.Place;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Learns the documents of the inputs again, each shard in its own order, through the classes that the service uses and without
 * Kafka Streams. A shard that is behind waits for none: what a document still needs is kept until its last shard has come to it.
 */
final class Replay {

    /** Documents between their first and their last shard that are kept decoded. */
    private static final int DECODED = 4096;

    private static final int RETRACTED_DECODED = 64;

    private static final byte[] NOTHING = {};

    private final TopologySettings settings;
    private final VerifyOptions options;
    private final Sample sample;
    private final Inputs inputs;
    private final Outputs outputs;
    private final LearnedOrder order;
    private final Differences differences;
    private final VerifyProgress progress;
    private final Scatter scatter;
    private final Gather gather;
    private final ModelFingerprint heard;
    private final ShardScorer[] shards;
    private final WriteBackMap<Place, ReplayedDocument> waiting;
    private final WriteBackMap<Place, ReplayedDocument> retracted;
    private final Listener listener;
    private final Failures failures;
    private final Map<Integer, Map<Stream, Long>> orderedFrom = new HashMap<>();

    private long documents;
    private long tokens;
    private long refused;
    private long retractions;

    /** A partition of one of the two inputs. */
    record Stream(boolean isText, int partition) {}

    /** Knows what became of documents that some shards have failed with. */
    interface Failures {
        /** The shards that have not learned a document; none where that is not known. */
        BitSet unlearned(Place place);
    }

    /** Is told of documents. */
    interface Listener {
        /** Every shard has come to a document. */
        void complete(Place place, ReplayedDocument document);

        /** Every shard has taken a document out, or what is known of a source was dropped. */
        void retracted(Place place, ReplayedDocument retraction);

        /** A record of the inputs is not a document, or was not sent to the shards. */
        void refused(Inputs.Read read, Optional<Outputs.DeadLetter> letter);
    }

    /**
     * @param stores an empty store for each shard
     * @param documents an empty store for documents under way
     * @param retractions an empty store for retractions
     * @param cacheBytes heap for the decoded counts of all shards
     */
    Replay(
            TopologySettings settings,
            VerifyOptions options,
            Inputs inputs,
            Outputs outputs,
            LearnedOrder order,
            IntFunction<PageStore> stores,
            PageStore documents,
            PageStore retractions,
            long cacheBytes,
            Differences differences,
            VerifyProgress progress,
            Failures failures,
            Listener listener) {
        this.settings = settings;
        this.options = options;
        sample = new Sample(options.sample());
        this.inputs = inputs;
        this.outputs = outputs;
        this.order = order;
        this.differences = differences;
        this.progress = progress;
        this.listener = listener;
        this.failures = failures;
        scatter = new Scatter(settings.model(), settings.shards());
        shards = new ShardScorer[settings.shards()];
        for (int shard = 0; shard < shards.length; shard++) {
            if (options.wants(shard)) {
                long bytes = cacheBytes / shards.length;
                shards[shard] = new ShardScorer(
                        settings.model(), shard, shards.length, stores.apply(shard), bytes * 2 / 3, bytes / 3);
            }
        }
        waiting = new WriteBackMap<>(
                documents,
                new ReplayedDocument.Codec(),
                DECODED,
                new HeapBudget().account(HeapUse.PENDING),
                ReplayedDocument::heapBytes);
        retracted = new WriteBackMap<>(retractions, new ReplayedDocument.Codec(), RETRACTED_DECODED);
        gather = new Gather(settings.model(), settings.shards());
        heard = settings.model().fingerprint(settings.shards()).ofTheSameCounts();
        order.tell(this::hear);
    }

    private void hear(int shard, byte[] message) {
        try {
            shards[shard].hear(message, heard);
        } catch (ShardMessageException e) {
            // The service has rejected it, too.
        }
    }

    /** The counts that a shard has learned. */
    NgramCounts counts(int shard) {
        return shards[shard].counts();
    }

    long documents() {
        return documents;
    }

    long tokens() {
        return tokens;
    }

    long refused() {
        return refused;
    }

    /** Retractions that shards have come to, answered without them among it. */
    long retractions() {
        return retractions;
    }

    /**
     * Where the order of a shard begins, if its beginning is not known: what comes before in a stream, the shard has learned in
     * an order that is not known.
     */
    void orderedFrom(int shard, Map<Stream, Long> firsts) {
        orderedFrom.put(shard, firsts);
    }

    /** Learns everything that the states contain. */
    void run(List<Stream> streams) {
        if (!orderedFrom.isEmpty()) {
            learnUnordered(streams);
        }
        boolean[] isDone = new boolean[shards.length];
        long[] taken = new long[shards.length];
        for (int shard = behind(isDone, taken); shard >= 0; shard = behind(isDone, taken)) {
            Place place = order.next(shard);
            if (place == null) {
                isDone[shard] = true;
                continue;
            }
            taken[shard]++;
            ReplayedDocument document = document(place, shard);
            if (document != null) {
                learn(shard, place, document, false);
            }
            if ((taken[shard] & 0x3F) == 0) {
                say();
            }
        }
        for (Stream stream : streams) {
            while (read(stream) != null) {
                say();
            }
        }
    }

    private void say() {
        long done = 0;
        long total = 0;
        for (int shard = 0; shard < shards.length; shard++) {
            if (options.wants(shard)) {
                done += order.done(shard);
                total += order.total(shard);
            }
        }
        progress.at("replaying", done, total);
    }

    /** The shard that has taken in the fewest documents; −1 where all are done. */
    private int behind(boolean[] isDone, long[] taken) {
        int least = -1;
        for (int shard = 0; shard < shards.length; shard++) {
            if (options.wants(shard) && !isDone[shard] && (least < 0 || taken[shard] < taken[least])) {
                least = shard;
            }
        }
        return least;
    }

    private void learnUnordered(List<Stream> streams) {
        for (Stream stream : streams) {
            long until = 0;
            for (Map<Stream, Long> firsts : orderedFrom.values()) {
                until = Math.max(until, firsts.getOrDefault(stream, Long.MAX_VALUE));
            }
            while (inputs.position(stream.isText(), stream.partition()) < until) {
                Place place = read(stream);
                if (place == null) {
                    break;
                }
                ReplayedDocument document = waiting.get(place);
                for (int shard = 0; document != null && shard < shards.length; shard++) {
                    Map<Stream, Long> firsts = orderedFrom.get(shard);
                    if (firsts != null
                            && place.offset() < firsts.getOrDefault(stream, Long.MAX_VALUE)
                            && options.wants(shard)) {
                        learn(shard, place, document, true);
                    }
                }
                retractUnordered(stream, place);
            }
        }
    }

    /** A retraction follows its document in the same stream, so that the document has been learned again by now. */
    private void retractUnordered(Stream stream, Place place) {
        ReplayedDocument retraction = retracted.get(place);
        if (retraction == null
                || !outputs.retraction(place).map(Replay::isTaken).orElse(true)) {
            return;
        }
        boolean isDone = true;
        for (int shard = 0; shard < shards.length; shard++) {
            Map<Stream, Long> firsts = orderedFrom.get(shard);
            boolean isUnordered = firsts != null && place.offset() < firsts.getOrDefault(stream, Long.MAX_VALUE);
            if (isUnordered && options.wants(shard)) {
                retract(shard, place, retraction);
            }
            isDone &= isUnordered || !options.wants(shard);
        }
        if (isDone) {
            // An order that names it all the same would have it learned again.
            retracted.remove(place);
        }
    }

    private static boolean isTaken(RetractionOutcome outcome) {
        return outcome == RetractionOutcome.RETRACTED || outcome == RetractionOutcome.APPROXIMATE;
    }

    /** The document at {@code place}, which is read if nobody has asked for it yet; null where there is none. */
    private @Nullable ReplayedDocument document(Place place, int shard) {
        ReplayedDocument known = waiting.get(place);
        Stream stream = new Stream(place.isText(), place.partition());
        while (known == null && inputs.position(stream.isText(), stream.partition()) <= place.offset()) {
            Place read = read(stream);
            if (read == null) {
                break;
            }
            known = read.equals(place) ? waiting.get(place) : null;
        }
        ReplayedDocument retraction = known == null ? retracted.get(place) : null;
        if (retraction != null) {
            retract(shard, place, retraction);
            return null;
        }
        if (known == null && !order.namesDocumentsOnly()) {
            return null;
        }
        if (known == null || known.hasReplied(shard)) {
            Optional<Outputs.DeadLetter> letter = outputs.deadLetter(place);
            if (known != null || letter.isEmpty()) {
                differences.add(
                        Difference.Kind.REQUEST,
                        "shard " + shard + ", the document of " + place.describe(settings.topics()),
                        "requests of the shard",
                        known != null ? "learned once" : "a document of the inputs",
                        known != null ? "learned again" : "a record that is not one, or was learned by all");
            }
            return null;
        }
        return known;
    }

    /** Reads the next record of a stream, and keeps it if it is a document; null at the end, else its place. */
    private @Nullable Place read(Stream stream) {
        Inputs.Read read = inputs.next(stream.isText(), stream.partition());
        if (read == null) {
            return null;
        }
        Optional<Outputs.DeadLetter> letter = outputs.deadLetter(read.place());
        boolean wasAsked = letter.isEmpty() || !letter.get().learned().isEmpty();
        if (read.document().isEmpty() || !wasAsked) {
            refused++;
            listener.refused(read, letter);
            return read.place();
        }
        IncomingDocument document = read.document().get();
        if (document.retract().isPresent()) {
            readRetraction(read.place(), document, read.timestamp(), letter.isPresent());
            return read.place();
        }
        String learned = letter.map(Outputs.DeadLetter::learned).orElse("yes");
        byte[][] requests = requests(read.place(), document, document.learn() && !learned.equals("no"));
        if (learned.equals("partly")) {
            byte[][] unlearned = requests(read.place(), document, false);
            unlearned(read.place()).stream().forEach(shard -> requests[shard] = unlearned[shard]);
        }
        ReplayedDocument kept = new ReplayedDocument(document, read.timestamp(), requests);
        kept.hasFailed = letter.isPresent();
        for (int shard = 0; shard < shards.length; shard++) {
            if (!options.wants(shard)) {
                kept.replied(shard, NOTHING);
            }
        }
        waiting.put(read.place(), kept);
        documents++;
        tokens += document.tokens().tokens().length;
        return read.place();
    }

    private void readRetraction(Place place, IncomingDocument document, long timestamp, boolean hasFailed) {
        retractions++;
        long ticket = Ticket.of(place.offset(), place.isText());
        ReplayedDocument kept = new ReplayedDocument(
                document, timestamp, scatter.retraction(place.partition(), ticket, document.tokens(), true));
        // What a failure has undone changes nothing in the end.
        kept.hasFailed = hasFailed;
        retracted.put(place, kept);
        if (settings.layout() == Layout.SHARDS
                && document.retract().orElseThrow().source()) {
            // The shards are only asked whether all before it is done.
            listener.retracted(place, kept);
        }
    }

    /**
     * A shard takes a document out, or learns again what it has taken out. Where the shard has read the inputs itself, the answer
     * says whether it was asked at all.
     */
    private void retract(int shard, Place place, ReplayedDocument retraction) {
        boolean isSource = retraction.document.retract().filter(Retract::source).isPresent();
        if (settings.layout() != Layout.SHARDS && !retraction.hasFailed) {
            Optional<RetractionOutcome> answer = outputs.retraction(place);
            if (answer.isPresent() && !isTaken(answer.get())) {
                if (answer.get() == RetractionOutcome.SOURCE_DROPPED) {
                    listener.retracted(place, retraction);
                }
                return;
            }
        }
        if (retraction.hasFailed || isSource) {
            return;
        }
        if (retraction.hasReplied(shard)) {
            putBack(shard, place, retraction);
            return;
        }
        byte[] reply = shards[shard].answer(retraction.request(shard));
        boolean taken = gather.taken(List.of(reply)).get(shard);
        if (!taken) {
            if (outputs.retraction(place).filter(Replay::isTaken).isPresent()) {
                differences.add(
                        Difference.Kind.REQUEST,
                        "shard " + shard + ", the retraction of " + place.describe(settings.topics()),
                        settings.topics().name(Topic.RETRACTIONS),
                        "counts that do not have the document",
                        "an answer that it was taken out");
            }
        }
        retraction.replied(shard, reply);
        retracted.put(place, retraction);
        if (retraction.isComplete() && gather.taken(retraction.replies()).cardinality() == shards.length) {
            listener.retracted(place, retraction);
        }
    }

    private void putBack(int shard, Place place, ReplayedDocument retraction) {
        byte[] reply = retraction.replies().get(shard);
        if (reply.length > 0 && gather.taken(List.of(reply)).get(shard)) {
            learnOnly(shard, requests(place, retraction.document, true)[shard]);
        }
    }

    private byte[][] requests(Place place, IncomingDocument document, boolean learns) {
        return scatter.requests(
                place.partition(), Ticket.of(place.offset(), place.isText()), document.tokens(), learns, 0, List.of());
    }

    private BitSet unlearned(Place place) {
        BitSet shards = failures.unlearned(place);
        if (shards.isEmpty()) {
            throw new UnverifiableException("some shards have learned the document of "
                    + place.describe(settings.topics())
                    + " and others have not, as its dead letter says, and the replies that say which have been deleted by"
                    + " retention: its n-grams cannot be compared");
        }
        return shards;
    }

    private void learn(int shard, Place place, ReplayedDocument document, boolean isUnordered) {
        byte[] request = document.request(shard);
        byte[] reply = NOTHING;
        document.isUnordered |= isUnordered;
        if (options.scores() && !document.isUnordered && !document.hasFailed && sample.has(place)) {
            try {
                reply = shards[shard].answer(request);
            } catch (ShardScorer.HalfLearnedException e) {
                throw e;
            } catch (RuntimeException | StackOverflowError e) {
                document.hasFailed = true;
                learnOnly(shard, request);
            }
        } else {
            // As it is learned, without the work of an answer.
            learnOnly(shard, request);
        }
        document.replied(shard, reply);
        if (document.isComplete()) {
            waiting.remove(place);
            listener.complete(place, document);
        } else {
            waiting.put(place, document);
        }
    }

    private void learnOnly(int shard, byte[] request) {
        shards[shard].open(request, Integer.MAX_VALUE);
        shards[shard].learnUnanswered(0, "");
        shards[shard].replies();
    }

    /** Shows the documents to which not every shard has come. */
    void incomplete(BiConsumer<Place, ReplayedDocument> visitor) {
        waiting.writeBack();
        waiting.forEach(visitor);
    }
}
