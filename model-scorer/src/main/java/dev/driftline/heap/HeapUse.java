package dev.driftline.heap;

/**
 * What grows on the heap with what arrives. Whatever else does belongs here, too: a constant makes a metric, a row of the
 * table in {@code docs/operations.md} and a case of the test that drives each past its bound with input that does not end.
 *
 * <p>Bounds are approximate: objects are weighed by what they hold, not measured.
 */
public enum HeapUse {
    PAGES(
            "pages",
            "counts, decoded or packed",
            Scope.EACH_SHARD,
            "cache.decoded.bytes",
            128L << 20,
            "The pages used longest ago are written to RocksDB and dropped; a later use reads them again."),
    WORDS(
            "words",
            "words and how they are spelled",
            Scope.EACH_SHARD,
            "cache.words.bytes",
            64L << 20,
            "What was used longest ago is written to RocksDB and dropped; a later use reads it again. Words by prefix take up to half "
                    + "as much on top, some 12 bytes each, from the first query for next words on; of more words each such query reads all."),
    UNCOMMITTED(
            "uncommitted",
            "what was written to stores since the last commit",
            Scope.INSTANCE,
            "cache.uncommitted.bytes",
            64L << 20,
            "The stream thread commits before the interval is over. A commit itself may write more, at most what the caches"
                    + " before the stores hold."),
    PENDING(
            "pending",
            "documents that wait for shards or for the network",
            Scope.INSTANCE,
            "cache.pending.bytes",
            64L << 20,
            "The documents used longest ago wait in RocksDB, in any number; the reply that completes one reads it again."),
    NETWORK(
            "network",
            "documents on their way through the network, and its scores that nobody has fetched",
            Scope.INSTANCE,
            "neural.scoring.held.bytes",
            64L << 20,
            "Documents are not handed to the network ahead: each is once every shard has replied to it."),
    BODIES(
            "bodies",
            "bodies of HTTP requests until they are answered, and of answers until they are taken",
            Scope.INSTANCE,
            "http.bodies.max.bytes",
            64L << 20,
            "Further requests with a body get 503 with Retry-After; further answers are written at the pace of their clients."),
    KNOWN_WORDS(
            "known-words",
            "words that the counts are known to have, for networks from elsewhere",
            Scope.INSTANCE,
            "",
            32L << 20,
            "Further words are followed only where a network in use has a row for them."),
    SOURCES(
            "sources",
            "caches and mixture weights of the sources used last",
            Scope.INSTANCE,
            "cache.sources.bytes",
            128L << 20,
            "The sources used longest ago are written to RocksDB and dropped; their next document reads them again."),
    SOURCE_STATES(
            "source-states",
            "drift detectors, references and quantiles of the sources used last",
            Scope.INSTANCE,
            "",
            32L << 20,
            "The same as of sources."),
    SOURCE_TIMES(
            "source-times",
            "when each source was seen last",
            Scope.INSTANCE,
            "",
            64L << 20,
            "The source seen longest ago is evicted, as past sources.max. Grows with sources.max, where that is set higher."),
    REPLAY(
            "replay",
            "words and positions of the documents that the network is trained on",
            Scope.INSTANCE,
            "",
            64L << 20,
            "Documents leave the replay buffer before it has as many tokens as its settings allow, older ones first."),
    LIVE_SOURCES(
            "live-sources",
            "what the dashboard shows of sources",
            Scope.INSTANCE,
            "",
            64L << 20,
            "The dashboard forgets the source that was idle for longest."),
    LIVE_RECORDS(
            "live-records",
            "documents, their words, drift events and decisions for the dashboard",
            Scope.INSTANCE,
            "",
            32L << 20,
            "The dashboard forgets the oldest; words are read from Kafka again.");

    /** What a bound is the bound of. */
    public enum Scope {
        /** Of each shard that the instance owns. */
        EACH_SHARD,
        /** Of all together; whoever uses it has an equal share. */
        INSTANCE
    }

    private final String label;
    private final String what;
    private final Scope scope;
    private final String setting;
    private final long defaultBytes;
    private final String past;

    HeapUse(String label, String what, Scope scope, String setting, long defaultBytes, String past) {
        this.label = label;
        this.what = what;
        this.scope = scope;
        this.setting = setting;
        this.defaultBytes = defaultBytes;
        this.past = past;
    }

    /** The name in metrics: {@code pending}. */
    public String label() {
        return label;
    }

    /** What it is, for the documents. */
    public String what() {
        return what;
    }

    /** What its bound is the bound of. */
    public Scope scope() {
        return scope;
    }

    /** The setting of its bound; empty where nothing sets it. */
    public String setting() {
        return setting;
    }

    /** Its bound in bytes, where nothing else is set. */
    public long defaultBytes() {
        return defaultBytes;
    }

    /** What happens past the bound, for the documents. */
    public String past() {
        return past;
    }
}
