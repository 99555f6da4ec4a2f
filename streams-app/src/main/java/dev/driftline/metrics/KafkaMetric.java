package dev.driftline.metrics;

import java.util.List;

/**
 * A metric of Kafka Streams or of Kafka's clients that a scrape has.
 *
 * @param group Kafka's group: {@code stream-thread-metrics}
 * @param name Kafka's name: {@code commit-latency-avg}
 * @param exported the name in the scrape, without {@code _total} for a counter
 * @param help what it says
 * @param counter whether it only rises
 * @param scale what Kafka's number is multiplied with: 1e-3 makes seconds of milliseconds
 * @param tags the tags of Kafka's that become labels, and what these are called, in turn
 */
record KafkaMetric(
        String group, String name, String exported, String help, boolean counter, double scale, List<String> tags) {

    private static final double MILLIS = 1e-3;
    private static final double NANOS = 1e-9;

    private static final String THREADS = "stream-thread-metrics";
    private static final String[] BY_THREAD = {"thread-id", "thread"};
    private static final String STORES = "stream-state-metrics";
    private static final String[] BY_STORE = {"rocksdb-state-id", "store", "task-id", "task"};
    private static final String TOPICS = "stream-topic-metrics";
    private static final String[] BY_TOPIC = {"topic", "topic", "task-id", "task"};
    private static final String NODES = "stream-processor-node-metrics";
    private static final String[] BY_NODE = {"processor-node-id", "processor", "task-id", "task"};
    private static final String[] BY_CLIENT = {"client-id", "client"};

    /**
     * What a scrape has of Kafka's: a few dozen of the several hundred kinds, those that a dashboard or an alert needs, since
     * each is there once a thread, task, store or client.
     */
    static final List<KafkaMetric> EXPORTED = List.of(
            gauge("stream-metrics", "alive-stream-threads", "kafka_streams_alive_threads", "Stream threads that run."),
            counter(
                    "stream-metrics",
                    "failed-stream-threads",
                    "kafka_streams_failed_threads",
                    "Stream threads that died."),
            millis(
                    THREADS,
                    "commit-latency-avg",
                    "kafka_streams_thread_commit_latency_avg",
                    "Mean time of a commit.",
                    BY_THREAD),
            millis(
                    THREADS,
                    "commit-latency-max",
                    "kafka_streams_thread_commit_latency_max",
                    "Longest time of a commit.",
                    BY_THREAD),
            counter(THREADS, "commit-total", "kafka_streams_thread_commits", "Commits.", BY_THREAD),
            gauge(
                    THREADS,
                    "commit-ratio",
                    "kafka_streams_thread_commit_ratio",
                    "Share of a thread's time that goes into commits.",
                    BY_THREAD),
            gauge(
                    THREADS,
                    "process-ratio",
                    "kafka_streams_thread_process_ratio",
                    "Share of a thread's time that goes into records.",
                    BY_THREAD),
            gauge(
                    THREADS,
                    "poll-ratio",
                    "kafka_streams_thread_poll_ratio",
                    "Share of a thread's time that goes into polls.",
                    BY_THREAD),
            gauge(
                    THREADS,
                    "punctuate-ratio",
                    "kafka_streams_thread_punctuate_ratio",
                    "Share of a thread's time that goes into punctuations.",
                    BY_THREAD),
            gauge(
                    THREADS,
                    "process-rate",
                    "kafka_streams_thread_process_rate",
                    "Records a second that a thread processes, over the last half minute or so.",
                    BY_THREAD),
            counter(
                    THREADS,
                    "process-total",
                    "kafka_streams_thread_processed_records",
                    "Records that a thread has processed.",
                    BY_THREAD),
            millis(
                    THREADS,
                    "process-latency-avg",
                    "kafka_streams_thread_process_latency_avg",
                    "Mean time of a thread's work on the records of one turn.",
                    BY_THREAD),
            millis(
                    THREADS,
                    "poll-latency-avg",
                    "kafka_streams_thread_poll_latency_avg",
                    "Mean time of a poll.",
                    BY_THREAD),
            seconds(
                    THREADS,
                    "blocked-time-ns-total",
                    "kafka_streams_thread_blocked_seconds",
                    "Time that a thread has waited for Kafka.",
                    BY_THREAD),
            counter(TOPICS, "records-consumed-total", "kafka_streams_consumed_records", "Records read.", BY_TOPIC),
            counter(TOPICS, "bytes-consumed-total", "kafka_streams_consumed_bytes", "Bytes read.", BY_TOPIC),
            counter(TOPICS, "records-produced-total", "kafka_streams_produced_records", "Records written.", BY_TOPIC),
            counter(TOPICS, "bytes-produced-total", "kafka_streams_produced_bytes", "Bytes written.", BY_TOPIC),
            counter(
                    "stream-task-metrics",
                    "dropped-records-total",
                    "kafka_streams_dropped_records",
                    "Records that a task has passed over.",
                    "task-id",
                    "task"),
            millis(
                    NODES,
                    "record-e2e-latency-avg",
                    "kafka_streams_record_e2e_latency_avg",
                    "Mean age of records, by their timestamps, when an operator was done with them.",
                    BY_NODE),
            millis(
                    NODES,
                    "record-e2e-latency-max",
                    "kafka_streams_record_e2e_latency_max",
                    "Age of the oldest record, by its timestamp, when an operator was done with it.",
                    BY_NODE),
            gauge(
                    STORES,
                    "estimate-num-keys",
                    "kafka_streams_store_keys",
                    "Keys of a store, as RocksDB estimates them.",
                    BY_STORE),
            gauge(
                    STORES,
                    "total-sst-files-size",
                    "kafka_streams_store_files_bytes",
                    "Bytes of a store's files.",
                    BY_STORE),
            gauge(
                    STORES,
                    "size-all-mem-tables",
                    "kafka_streams_store_write_buffers_bytes",
                    "Bytes of a store's write buffers.",
                    BY_STORE),
            gauge(
                    STORES,
                    "estimate-pending-compaction-bytes",
                    "kafka_streams_store_pending_compaction_bytes",
                    "Bytes that a store's compactions have before them.",
                    BY_STORE),
            gauge(
                    STORES,
                    "num-running-compactions",
                    "kafka_streams_store_running_compactions",
                    "Compactions of a store under way.",
                    BY_STORE),
            gauge(
                    STORES,
                    "background-errors",
                    "kafka_streams_store_background_errors",
                    "Errors of a store's compactions and flushes since it was opened.",
                    BY_STORE),
            counter(
                    "consumer-coordinator-metrics",
                    "rebalance-total",
                    "kafka_consumer_rebalances",
                    "Rebalances that a consumer took part in.",
                    BY_CLIENT),
            counter(
                    "consumer-coordinator-metrics",
                    "failed-rebalance-total",
                    "kafka_consumer_failed_rebalances",
                    "Rebalances that failed.",
                    BY_CLIENT),
            gauge(
                    "consumer-coordinator-metrics",
                    "last-rebalance-seconds-ago",
                    "kafka_consumer_last_rebalance_age_seconds",
                    "Time since a consumer's last rebalance; below 0 before the first.",
                    BY_CLIENT),
            counter(
                    "consumer-fetch-manager-metrics",
                    "records-consumed-total",
                    "kafka_consumer_records",
                    "Records that a consumer has read.",
                    BY_CLIENT),
            counter(
                    "consumer-fetch-manager-metrics",
                    "bytes-consumed-total",
                    "kafka_consumer_bytes",
                    "Bytes that a consumer has read.",
                    BY_CLIENT),
            counter(
                    "producer-metrics",
                    "record-send-total",
                    "kafka_producer_records",
                    "Records that a producer has sent.",
                    BY_CLIENT),
            counter(
                    "producer-metrics",
                    "record-error-total",
                    "kafka_producer_failed_records",
                    "Records that a producer could not send.",
                    BY_CLIENT),
            counter(
                    "producer-metrics",
                    "record-retry-total",
                    "kafka_producer_retried_records",
                    "Records that a producer has sent again.",
                    BY_CLIENT),
            counter(
                    "producer-metrics",
                    "outgoing-byte-total",
                    "kafka_producer_sent_bytes",
                    "Bytes that a producer has sent.",
                    BY_CLIENT),
            seconds(
                    "producer-metrics",
                    "txn-commit-time-ns-total",
                    "kafka_producer_transaction_commit_seconds",
                    "Time that a producer has spent in ending transactions.",
                    BY_CLIENT),
            seconds(
                    "producer-metrics",
                    "flush-time-ns-total",
                    "kafka_producer_flush_seconds",
                    "Time that a producer has spent in flushes.",
                    BY_CLIENT),
            seconds(
                    "producer-metrics",
                    "bufferpool-wait-time-ns-total",
                    "kafka_producer_buffer_wait_seconds",
                    "Time that a producer has waited for room in its buffer.",
                    BY_CLIENT));

    private static KafkaMetric gauge(String group, String name, String exported, String help, String... tags) {
        return new KafkaMetric(group, name, exported, help, false, 1, List.of(tags));
    }

    private static KafkaMetric counter(String group, String name, String exported, String help, String... tags) {
        return new KafkaMetric(group, name, exported, help, true, 1, List.of(tags));
    }

    private static KafkaMetric millis(String group, String name, String exported, String help, String... tags) {
        return new KafkaMetric(group, name, exported + "_seconds", help, false, MILLIS, List.of(tags));
    }

    private static KafkaMetric seconds(String group, String name, String exported, String help, String... tags) {
        return new KafkaMetric(group, name, exported, help, true, NANOS, List.of(tags));
    }
}
