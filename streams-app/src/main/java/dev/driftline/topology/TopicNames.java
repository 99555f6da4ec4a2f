package dev.driftline.topology;

/**
 * The topics that the topology reads and writes; all exist before it starts.
 *
 * @param text raw text in
 * @param documents tokenised documents in
 * @param scores scores out
 * @param predictions predictions out
 * @param deadLetters inputs that were refused
 * @param requests internal: documents to the shards
 * @param replies internal: shards to the documents
 * @param continuations internal: shards to each other
 */
public record TopicNames(
        String text,
        String documents,
        String scores,
        String predictions,
        String deadLetters,
        String requests,
        String replies,
        String continuations) {

    /** The names that start with {@code prefix}, which ends in its own separator. */
    public static TopicNames withPrefix(String prefix) {
        return new TopicNames(
                prefix + "text.v1",
                prefix + "documents.v1",
                prefix + "scores.v1",
                prefix + "predictions.v1",
                prefix + "dead-letters.v1",
                prefix + "ngram-requests.v1",
                prefix + "ngram-replies.v1",
                prefix + "ngram-continuations.v1");
    }
}
