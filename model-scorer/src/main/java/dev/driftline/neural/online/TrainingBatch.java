package dev.driftline.neural.online;

import dev.driftline.neural.snapshot.SeenText;
import java.util.List;
import java.util.Map;

/**
 * The text for a round of fine-tuning. Immutable: a background thread may work on it while the buffer changes.
 *
 * @param fresh documents that the incumbent was not trained on, in the order of the stream, without those held out
 * @param replayed older documents, drawn from the whole buffer
 * @param heldOut the newest documents, in the order of the stream, for comparison: this round does not train on them
 * @param counts how often each word is in the buffer, {@code </s>} left out
 * @param end the position after the last document in the buffer
 * @param documentsSeen documents that were ever added to the buffer
 * @param tokensSeen tokens of those, {@code </s>} included
 * @param retracted where the documents were that were taken out last; none of them is here
 */
public record TrainingBatch(
        List<BufferedDocument> fresh,
        List<BufferedDocument> replayed,
        List<BufferedDocument> heldOut,
        Map<String, Integer> counts,
        long end,
        long documentsSeen,
        long tokensSeen,
        List<SeenText.Place> retracted) {

    /** Nothing was taken out. */
    public TrainingBatch(
            List<BufferedDocument> fresh,
            List<BufferedDocument> replayed,
            List<BufferedDocument> heldOut,
            Map<String, Integer> counts,
            long end,
            long documentsSeen,
            long tokensSeen) {
        this(fresh, replayed, heldOut, counts, end, documentsSeen, tokensSeen, List.of());
    }

    public TrainingBatch {
        fresh = List.copyOf(fresh);
        replayed = List.copyOf(replayed);
        heldOut = List.copyOf(heldOut);
        counts = Map.copyOf(counts);
        retracted = List.copyOf(retracted);
    }

    /** The position in the stream up to which a network is trained after the fresh documents, exclusive. */
    public long trainedUpTo() {
        return heldOut.isEmpty() ? end : heldOut.get(0).position();
    }

    /** What a network that has seen {@code before} has seen after all text of this batch. */
    public SeenText seenAfter(SeenText before) {
        return seen(seen(seen(before, fresh), replayed), heldOut);
    }

    /** What a network that has seen {@code before} has seen after {@code documents} of this batch. */
    SeenText seen(SeenText before, List<BufferedDocument> documents) {
        List<SeenText.Place> places = documents.stream()
                .flatMap(document -> document.place().stream())
                .toList();
        return before.plus(places, places.size() == documents.size(), retracted);
    }

    /** The documents at {@code position} and after it. */
    static List<BufferedDocument> since(List<BufferedDocument> documents, long position) {
        return documents.stream()
                .filter(document -> document.position() >= position)
                .toList();
    }

    static long tokens(List<BufferedDocument> documents) {
        return documents.stream().mapToLong(BufferedDocument::tokens).sum();
    }
}
