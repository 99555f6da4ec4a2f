package dev.driftline.metrics;

import java.util.List;

/**
 * A metric that Driftline itself exports: each is named here and nowhere else. {@link KafkaMetric} has Kafka's, and
 * Micrometer names those of the JVM.
 */
enum DriftlineMetric {
    BUILD(
            Kind.INFO,
            "driftline_build",
            "The version of Driftline and of Java that the instance runs.",
            "version",
            "java"),
    SHARDS(Kind.GAUGE, "driftline_shards", "Shards of the model, over all instances."),
    SCRAPE_FAILURES(
            Kind.COUNTER, "driftline_scrape_failures", "Times that a part of the metrics could not be read.", "part"),
    DOCUMENTS(Kind.COUNTER, "driftline_documents", "Documents scored."),
    TOKENS(Kind.COUNTER, "driftline_tokens", "Tokens scored, </s> included."),
    UNKNOWN_TOKENS(Kind.COUNTER, "driftline_unknown_tokens", "Tokens scored that were unknown words."),
    BITS_PER_TOKEN(
            Kind.GAUGE,
            "driftline_bits_per_token",
            "Mean bits of a token under the mixture, unknown words spelled out, over the last few thousand tokens."),
    CLASS_BITS_PER_TOKEN(
            Kind.GAUGE, "driftline_class_bits_per_token", "The same with <unk> as a class: comparable with papers."),
    LETTER_BITS(
            Kind.COUNTER,
            "driftline_letter_bits",
            "Bits that unknown words cost beyond <unk>: added to driftline_model_bits_total, unknown words are spelled out."),
    MODEL_BITS(
            Kind.COUNTER,
            "driftline_model_bits",
            "Bits that documents cost under a model, <unk> as a class: divided by driftline_model_tokens_total, bits a token.",
            "model"),
    MODEL_TOKENS(
            Kind.COUNTER,
            "driftline_model_tokens",
            "Tokens that a model has scored: all, but for a network where it took part.",
            "model"),
    DEAD_LETTERS(Kind.COUNTER, "driftline_dead_letters", "Records that became dead letters.", "reason"),
    PASSED_OVER(
            Kind.COUNTER,
            "driftline_records_passed_over",
            "Input records that the state had taken in before, since a committed offset was lost or set back: they are neither"
                    + " scored nor learned again."),
    SOURCE_DOCUMENTS(Kind.COUNTER, "driftline_source_documents", "Documents scored, by source.", "source"),
    SOURCE_TOKENS(Kind.COUNTER, "driftline_source_tokens", "Tokens scored, by source.", "source"),
    SOURCE_UNKNOWN_TOKENS(
            Kind.COUNTER,
            "driftline_source_unknown_tokens",
            "Tokens scored that were unknown words, by source.",
            "source"),
    SOURCE_BITS_PER_TOKEN(
            Kind.GAUGE,
            "driftline_source_bits_per_token",
            "Mean bits of a token of the source under the mixture, unknown words spelled out, over its last few thousand tokens.",
            "source"),
    SOURCE_CLASS_BITS_PER_TOKEN(
            Kind.GAUGE, "driftline_source_class_bits_per_token", "The same with <unk> as a class.", "source"),
    SOURCE_LETTER_BITS(
            Kind.COUNTER,
            "driftline_source_letter_bits",
            "Bits that unknown words cost beyond <unk>, by source.",
            "source"),
    SOURCE_MODEL_BITS(
            Kind.COUNTER,
            "driftline_source_model_bits",
            "Bits that documents of a source cost under a model, <unk> as a class.",
            "source",
            "model"),
    SOURCE_MODEL_TOKENS(
            Kind.COUNTER,
            "driftline_source_model_tokens",
            "Tokens of a source that a model has scored.",
            "source",
            "model"),
    MIXTURE_WEIGHTED_TOKENS(
            Kind.COUNTER,
            "driftline_mixture_weighted_tokens",
            "Tokens times the weight that the mixture gave an expert: divided by driftline_tokens_total, its mean weight.",
            "expert"),
    MIXTURE_WEIGHT(
            Kind.GAUGE,
            "driftline_mixture_weight",
            "Mean weight that the mixture gave an expert over the last few thousand tokens, 0 to 1.",
            "expert"),
    DRIFT_EVENTS(
            Kind.COUNTER,
            "driftline_drift_events",
            "Changes of the language of sources: warning, drift or recovered, of the live mixture's surprisal or of that under a frozen reference.",
            "series",
            "state"),
    SOURCE_DRIFT_STATE(
            Kind.GAUGE,
            "driftline_source_drift_state",
            "The state of a source: 2 drift, 1 warning, 0 stable, or watched by another instance. The highest over all instances counts.",
            "source",
            "series"),
    STATE(
            Kind.GAUGE,
            "driftline_state",
            "1 for the state that the instance is in, by the name that Kafka Streams gives it.",
            "state"),
    PENDING_DOCUMENTS(
            Kind.GAUGE,
            "driftline_pending_documents",
            "Documents that wait for replies of the shards or for the network, by the partition that they came from.",
            "partition"),
    FILTERED_DOCUMENTS(
            Kind.COUNTER,
            "driftline_filtered_documents",
            "Documents by the rule of the filter that decided on them.",
            "rule"),
    INPUT_LAG_RECORDS(
            Kind.GAUGE,
            "driftline_input_lag_records",
            "Records of a partition that the instance has not fetched yet; of a topic written in transactions, about as many.",
            "topic",
            "partition"),
    HELD_RECORDS(
            Kind.GAUGE,
            "driftline_held_records",
            "Records of a partition, about as many, from the beginning of a transaction on that has not ended. They are not"
                    + " read before it does, and are not in driftline_input_lag_records.",
            "topic",
            "partition"),
    HELD_SECONDS(
            Kind.GAUGE,
            "driftline_held_seconds",
            "For how long such a transaction has kept the end of what may be read of a partition in its place.",
            "topic",
            "partition"),
    RESTORED_RECORDS(Kind.COUNTER, "driftline_restored_records", "Records read from changelogs to restore stores."),
    RESTORING_STORES(Kind.GAUGE, "driftline_restoring_stores", "Stores that are being restored."),
    RESTORE_REMAINING_RECORDS(
            Kind.GAUGE,
            "driftline_restore_remaining_records",
            "Records of changelogs that are still to be read before these stores are restored."),
    SHARD_LEARNED_TOKENS(
            Kind.GAUGE,
            "driftline_shard_learned_tokens",
            "Tokens that a shard has learned, as of its last commit.",
            "shard"),
    SHARD_WORDS(Kind.GAUGE, "driftline_shard_words", "Distinct words of a shard, as of its last commit.", "shard"),
    SHARD_BIGRAMS(
            Kind.GAUGE,
            "driftline_shard_bigrams",
            "Distinct bigrams, each on the shard of its second word, as of the last commit.",
            "shard"),
    SHARD_REQUESTS(
            Kind.COUNTER,
            "driftline_shard_requests",
            "Requests that a shard has counted since it came to the instance: its load.",
            "shard"),
    SHARD_DECODED_BYTES(
            Kind.GAUGE,
            "driftline_shard_decoded_bytes",
            "Approximate heap of the decoded counts of a shard, as of its last commit.",
            "shard"),
    SHARD_STATE_BYTES(
            Kind.GAUGE,
            "driftline_shard_state_bytes",
            "Bytes of the n-grams that a shard holds, as they are stored, as of its last commit; only where"
                    + " model.state.max.bytes or model.state.max.ngrams is set.",
            "shard"),
    SHARD_STATE_NGRAMS(
            Kind.GAUGE,
            "driftline_shard_state_ngrams",
            "N-grams that a shard holds, as of its last commit; only where a bound is set.",
            "shard"),
    SHARD_STATE_BOUND_BYTES(
            Kind.GAUGE,
            "driftline_shard_state_bound_bytes",
            "What driftline_shard_state_bytes may be: model.state.max.bytes; only where it is set."),
    SHARD_STATE_BOUND_NGRAMS(
            Kind.GAUGE,
            "driftline_shard_state_bound_ngrams",
            "What driftline_shard_state_ngrams may be: model.state.max.ngrams; only where it is set."),
    SHARD_FORGOTTEN_NGRAMS(
            Kind.COUNTER,
            "driftline_shard_forgotten_ngrams",
            "N-grams that a shard has forgotten since its state began, as of its last commit; only where a bound or a"
                    + " half-life is set.",
            "shard"),
    SHARD_FORGOTTEN_BYTES(
            Kind.COUNTER,
            "driftline_shard_forgotten_bytes",
            "Bytes of n-grams that a shard has forgotten since its state began.",
            "shard"),
    SHARD_FORGOTTEN_WORDS(
            Kind.COUNTER,
            "driftline_shard_forgotten_words",
            "Words that a shard has forgotten since its state began.",
            "shard"),
    RETRACTIONS(
            Kind.COUNTER,
            "driftline_retractions",
            "Retractions answered, by outcome: what driftline.retractions.v1 says of each.",
            "outcome"),
    HEAP_BYTES(
            Kind.GAUGE,
            "driftline_heap_bytes",
            "Approximate heap that something takes which grows with what arrives.",
            "what"),
    HEAP_BOUND_BYTES(
            Kind.GAUGE,
            "driftline_heap_bound_bytes",
            "Heap that it may take; docs/operations.md says what happens past it.",
            "what"),
    HEAP_BUDGET_BYTES(
            Kind.GAUGE,
            "driftline_heap_budget_bytes",
            "Heap that everything may take together that grows with what arrives, with the shards that are on the instance."),
    ROCKSDB_BLOCK_CACHE_BYTES(
            Kind.GAUGE,
            "driftline_rocksdb_block_cache_bytes",
            "Native memory in use by the block cache that all stores share, their write buffers included."),
    NETWORK_TOKENS(Kind.COUNTER, "driftline_network_tokens", "Tokens that the network has read to score."),
    NETWORK_BUSY_SECONDS(
            Kind.COUNTER,
            "driftline_network_busy_seconds",
            "Seconds that all scoring threads together have spent in the network."),
    NETWORK_QUEUE_TOKENS(
            Kind.GAUGE,
            "driftline_network_queue_tokens",
            "Tokens of documents that wait for the scoring threads or are with them."),
    SNAPSHOTS_REFUSED(
            Kind.COUNTER,
            "driftline_snapshots_refused",
            "Snapshots refused because they were torn, corrupt or missing."),
    NETWORK_DOCUMENTS(
            Kind.COUNTER,
            "driftline_network_documents",
            "Documents by the part that the network took in their score: scored, no-snapshot before the first, or fallback where it could not keep up.",
            "status",
            "policy"),
    SNAPSHOT(
            Kind.INFO,
            "driftline_snapshot",
            "The snapshot of the network that the instance scores with.",
            "version",
            "model"),
    SNAPSHOT_CREATED_TIMESTAMP_SECONDS(
            Kind.GAUGE,
            "driftline_snapshot_created_timestamp_seconds",
            "When the snapshot was made that the instance scores with, seconds since 1970."),
    SNAPSHOT_WORDS(Kind.GAUGE, "driftline_snapshot_words", "Words that the snapshot has rows for."),
    TRAINER_ACTIVITY(
            Kind.GAUGE,
            "driftline_trainer_activity",
            "1 for the present activity of the trainer of this instance; the activity is elsewhere where another instance has it.",
            "activity"),
    PROMOTION_DECISIONS(
            Kind.COUNTER,
            "driftline_promotion_decisions",
            "Rounds of training by their decision: bootstrapped (the first network), promoted, rejected, or rolled_back to the parent.",
            "decision"),
    TRAINING_ROUNDS(Kind.COUNTER, "driftline_training_rounds", "Rounds of training that came to an end."),
    TRAINING_FAILURES(Kind.COUNTER, "driftline_training_failures", "Rounds of training that failed."),
    TRAINING_SECONDS(Kind.COUNTER, "driftline_training_seconds", "Seconds that rounds of training took."),
    TRAINING_TOKENS(
            Kind.COUNTER,
            "driftline_training_tokens",
            "Tokens trained on, each once whatever the number of passes: new text, and older text beside it.",
            "text"),
    REPLAY_BUFFER_TOKENS(Kind.GAUGE, "driftline_replay_buffer_tokens", "Tokens in the trainer's replay buffer."),
    TRAINING_LOSS_BITS_PER_TOKEN(
            Kind.GAUGE,
            "driftline_training_loss_bits_per_token",
            "Bits a token over the last pass of the last round, each token before the step that learned it."),
    PROMOTION_GAIN_BITS_PER_TOKEN(
            Kind.GAUGE,
            "driftline_promotion_gain_bits_per_token",
            "Bits a token that the candidate of the last round saved on held-out text."),
    PROMOTION_GAIN_STANDARD_ERROR_BITS_PER_TOKEN(
            Kind.GAUGE,
            "driftline_promotion_gain_standard_error_bits_per_token",
            "Standard error of driftline_promotion_gain_bits_per_token."),
    DOCUMENT_LATENCY_SECONDS(
            Kind.HISTOGRAM,
            "driftline_document_latency_seconds",
            "From a document's published_at, by its producer's clock, until it was scored; without those of"
                    + " driftline_implausible_times."),
    IMPLAUSIBLE_TIMES(
            Kind.COUNTER,
            "driftline_implausible_times",
            "Documents scored whose published_at is more than a year old (past), as 0 and times in seconds are, or more"
                    + " than ten minutes ahead of this instance's clock (future).",
            "reason"),
    DOCUMENT_PENDING_SECONDS(
            Kind.HISTOGRAM,
            "driftline_document_pending_seconds",
            "From asking the shards about a document until it was scored."),
    NETWORK_SCORING_SECONDS(
            Kind.HISTOGRAM,
            "driftline_network_scoring_seconds",
            "A batch of documents on its way through the network, on a scoring thread."),
    HTTP_REQUEST_DURATION_SECONDS(
            Kind.HISTOGRAM,
            "driftline_http_request_duration_seconds",
            "An HTTP request, from its arrival until the answer was ready to be sent.",
            "method",
            "route",
            "status");

    /** What a metric is to Prometheus. */
    enum Kind {
        COUNTER,
        GAUGE,
        HISTOGRAM,
        INFO
    }

    private static final String SECONDS = "_seconds";

    private final Kind kind;
    private final String exported;
    private final String help;
    private final List<String> labels;

    /**
     * @param exported its name without the {@code _total} of a counter or the {@code _info} of an info, which the text has
     */
    DriftlineMetric(Kind kind, String exported, String help, String... labels) {
        this.kind = kind;
        this.exported = exported;
        this.help = help;
        this.labels = List.of(labels);
    }

    Kind kind() {
        return kind;
    }

    /** What the text of a scrape calls it; its series, if it is a histogram, have a suffix behind that. */
    String written() {
        return switch (kind) {
            case COUNTER -> exported + "_total";
            case INFO -> exported + "_info";
            case GAUGE, HISTOGRAM -> exported;
        };
    }

    /** The name without what its kind appends. */
    String exported() {
        return exported;
    }

    /** What Micrometer calls it, where it is a histogram of seconds. */
    String meter() {
        return exported.substring(0, exported.length() - SECONDS.length()).replace('_', '.');
    }

    /** What it says. */
    String help() {
        return help;
    }

    /** The names of its labels, in the order in which their values are given. */
    List<String> labels() {
        return labels;
    }
}
