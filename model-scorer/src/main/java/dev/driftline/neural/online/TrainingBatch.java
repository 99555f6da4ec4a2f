package dev.driftline.neural.online;

import java.util.List;
import java.util.Map;

/**
 * What a round of fine-tuning is given. Immutable: a background thread may work on it while the buffer goes on.
 *
 * @param fresh documents that the incumbent was not taught, in the order in which they came, without those held out
 * @param replayed older documents, drawn from all that the buffer holds
 * @param heldOut the newest documents, in the order in which they came: nothing is taught them in this round
 * @param counts how often each word is in the buffer, {@code </s>} left out
 * @param end the position after the last document in the buffer
 * @param documentsSeen documents that the buffer has ever been given
 * @param tokensSeen tokens of those, {@code </s>} included
 */
public record TrainingBatch(
        List<BufferedDocument> fresh,
        List<BufferedDocument> replayed,
        List<BufferedDocument> heldOut,
        Map<String, Integer> counts,
        long end,
        long documentsSeen,
        long tokensSeen) {

    public TrainingBatch {
        fresh = List.copyOf(fresh);
        replayed = List.copyOf(replayed);
        heldOut = List.copyOf(heldOut);
        counts = Map.copyOf(counts);
    }

    /** The position up to which a network that has been taught the fresh documents knows the stream, exclusive. */
    public long taughtTo() {
        return heldOut.isEmpty() ? end : heldOut.get(0).position();
    }

    static long tokens(List<BufferedDocument> documents) {
        return documents.stream().mapToLong(BufferedDocument::tokens).sum();
    }
}
