package dev.driftline.topics;

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
 * @param snapshots versions of the network, and which is active
 * @param training internal: documents that were scored, to the trainer
 * @param promotions why a version became active or did not
 * @param encodings vectors of documents
 * @param observations internal: documents that were scored, to who watches their source
 * @param drift when the language of a source changes
 * @param prefix of all topics, those that a filter sends documents to included
 */
public record TopicNames(
        String text,
        String documents,
        String scores,
        String predictions,
        String deadLetters,
        String requests,
        String replies,
        String snapshots,
        String training,
        String promotions,
        String encodings,
        String observations,
        String drift,
        String prefix) {

    /** The full name of a topic that a filter sends documents to. */
    public String routed(String topic) {
        return prefix + topic;
    }

    /** The names that start with {@code prefix}, which ends in its own separator. */
    public static TopicNames withPrefix(String prefix) {
        return new TopicNames(
                prefix + Topic.TEXT.suffix(),
                prefix + Topic.DOCUMENTS.suffix(),
                prefix + Topic.SCORES.suffix(),
                prefix + Topic.PREDICTIONS.suffix(),
                prefix + Topic.DEAD_LETTERS.suffix(),
                prefix + Topic.NGRAM_REQUESTS.suffix(),
                prefix + Topic.NGRAM_REPLIES.suffix(),
                prefix + Topic.SNAPSHOTS.suffix(),
                prefix + Topic.TRAINING.suffix(),
                prefix + Topic.PROMOTIONS.suffix(),
                prefix + Topic.ENCODINGS.suffix(),
                prefix + Topic.OBSERVATIONS.suffix(),
                prefix + Topic.DRIFT.suffix(),
                prefix);
    }
}
