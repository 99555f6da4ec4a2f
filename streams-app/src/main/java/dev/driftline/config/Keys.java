package dev.driftline.config;

import dev.driftline.drift.Detector;
import dev.driftline.neural.Cell;
import dev.driftline.neural.training.Optimizer;
import dev.driftline.ngram.Smoothing;
import dev.driftline.text.Tokenizers;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Every setting of Driftline. Kafka's own settings are not listed here: they pass through, see
 * {@link DriftlineConfig#PASS_THROUGH_PREFIXES}.
 */
public final class Keys {

    private static final String CONNECTION = "Connections";
    private static final String SERVICE = "Service";
    private static final String MODEL = "Language model";
    private static final String NEURAL = "Neural model";
    private static final String TRAINING = "Training of the neural model";
    private static final String TOPICS = "Topics";
    private static final String INPUT = "Input and its limits";
    private static final String OUTPUT = "Output";
    private static final String FILTER = "Filter";
    private static final String DRIFT = "Drift";
    private static final String MEMORY = "Memory";
    private static final String METRICS = "Metrics";
    private static final String HTTP = "HTTP";

    private static final long KIB = 1024;
    private static final long MIB = 1024 * KIB;
    private static final long GIB = 1024 * MIB;

    /** Brokers. */
    public static final ConfigKey<String> BOOTSTRAP_SERVERS = text(
            "bootstrap.servers",
            CONNECTION,
            "localhost:9092",
            "a list HOST:PORT,HOST:PORT",
            "Kafka brokers to start from. More of them only help when one is down at start.",
            Keys::hostPorts);

    /** Schema Registry. */
    public static final ConfigKey<String> SCHEMA_REGISTRY_URL = text(
            "schema.registry.url",
            CONNECTION,
            "http://localhost:8081",
            "a list of http://, https:// or mock:// addresses",
            "Where the Confluent Schema Registry API answers; several addresses, separated by commas, are tried in turn.",
            Keys::registryUrls);

    /** Consumer group, prefix of internal names. */
    public static final ConfigKey<String> APPLICATION_ID = text(
            "application.id",
            SERVICE,
            "driftline",
            "letters, digits, '.', '_' and '-', at most 100 of them",
            "Name of the service: its consumer group, its transactions and the prefix of its changelog topics. "
                    + "Instances with the same name share the work; another name is another, empty model.",
            value -> matching(value, "[A-Za-z0-9._-]{1,100}"));

    /** Local state. */
    public static final ConfigKey<Path> STATE_DIR = new ConfigKey<>(
            "state.dir",
            SERVICE,
            ".driftline/state",
            "a folder",
            "Folder of the RocksDB stores. Losing it costs a restore from the changelog topics, never a count. "
                    + "Two instances on one machine need two folders.",
            Keys::path);

    /** Stream threads. */
    public static final ConfigKey<Integer> STREAM_THREADS = whole(
            "stream.threads",
            SERVICE,
            "2",
            1,
            1024,
            "Stream threads of this instance. More than shards + twice the partitions are idle.");

    /** Guarantee. */
    public static final ConfigKey<ProcessingGuarantee> PROCESSING_GUARANTEE = new ConfigKey<>(
            "processing.guarantee",
            SERVICE,
            "exactly_once_v2",
            "exactly_once_v2 or at_least_once",
            "exactly_once_v2: a crash changes no count and repeats no score. at_least_once: it may do both.",
            value -> ProcessingGuarantee.valueOf(value.toUpperCase(Locale.ROOT)));

    /** Commit interval. */
    public static final ConfigKey<Long> COMMIT_INTERVAL_MS = wholeLong(
            "commit.interval.ms",
            SERVICE,
            "100",
            1,
            600_000,
            "Milliseconds between commits. Under exactly-once each hop of a document becomes visible at a commit, so this "
                    + "sets the latency: 100 is chosen for latency, 1000 writes fewer changelog records and gives more "
                    + "tokens a second.");

    /** Commits before the interval is over. */
    public static final ConfigKey<Boolean> COMMIT_EARLY = new ConfigKey<>(
            "commit.early",
            SERVICE,
            "true",
            "true or false",
            "Whether a stream thread that has worked off what it polled commits at once, instead of waiting for the interval. "
                    + "Takes at most a quarter of its time; a thread with a backlog commits by the interval alone.",
            Keys::trueOrFalse);

    /** N-gram order. */
    public static final ConfigKey<Integer> MODEL_ORDER = whole(
            "model.order",
            MODEL,
            "5",
            1,
            7,
            "Words in the longest n-gram: each word is predicted from up to order - 1 words before it. Fixed once the "
                    + "model has learned something.");

    /** Smoothing. */
    public static final ConfigKey<String> MODEL_SMOOTHING = oneOf(
            "model.smoothing",
            MODEL,
            "kneser-ney",
            "How probabilities are made of counts. All work on the same counts, so it can be changed at a restart. "
                    + "add-delta needs shards=1: it divides by the size of the whole vocabulary.",
            // Stupid backoff gives scores, and what the service publishes are probabilities.
            Arrays.stream(Smoothing.values())
                    .filter(Smoothing::isDistribution)
                    .map(Smoothing::label)
                    .toList());

    /** Vocabulary. */
    public static final ConfigKey<VocabularyChoice> MODEL_VOCABULARY = new ConfigKey<>(
            "model.vocabulary",
            MODEL,
            "growing",
            "growing, grow-kenlm or fixed:FILE",
            "growing: every word learned so far, a new word also counts once as <unk>. grow-kenlm: the same, but <unk> has "
                    + "no count. fixed:FILE: the words of FILE, one a line; all others are <unk>.",
            VocabularyChoice::parse);

    /** The value of {@link #NEURAL_MODEL} that means the n-gram model alone. */
    public static final String NO_NEURAL_MODEL = "none";

    /** The network beside the n-gram model. */
    public static final ConfigKey<String> NEURAL_MODEL = oneOf(
            "neural.model",
            NEURAL,
            "lstm",
            "The network that is fine-tuned on the stream and mixed with the n-gram model: a vanilla recurrent network, a "
                    + "GRU, an LSTM, or a feed-forward network over a window of words. none: the n-gram model alone.",
            Stream.concat(
                            Stream.of(NO_NEURAL_MODEL),
                            Arrays.stream(Cell.values()).map(Cell::label))
                    .toList());

    /** Snapshots kept. */
    public static final ConfigKey<Integer> NEURAL_SNAPSHOTS_KEEP = whole(
            "neural.snapshots.keep",
            NEURAL,
            "5",
            2,
            1000,
            "Snapshots of the network that stay on the snapshots topic and can be rolled back to, the newest first. The "
                    + "active one and its parent stay in any case.");

    /** Rows of the network. */
    public static final ConfigKey<Integer> NEURAL_VOCABULARY = whole(
            "neural.vocabulary",
            NEURAL,
            "16000",
            100,
            1_000_000,
            "Most words that the network has rows for. With a growing model.vocabulary they are the most frequent of the text "
                    + "that it is taught, and words that have become frequent take over the rows of words that have died; "
                    + "with a fixed one they are the first of its file.");

    /** Size of the state. */
    public static final ConfigKey<Integer> NEURAL_SIZE = whole(
            "neural.size",
            NEURAL,
            "256",
            8,
            4096,
            "Units of a layer of the network and of a word's vector, which are also the rows of its output layer.");

    /** Layers. */
    public static final ConfigKey<Integer> NEURAL_LAYERS =
            whole("neural.layers", NEURAL, "1", 1, 8, "Recurrent layers of the network; 1 for a window.");

    /** Dropout. */
    public static final ConfigKey<Double> NEURAL_DROPOUT = real(
            "neural.dropout",
            NEURAL,
            "0.3",
            0,
            0.95,
            "Share of a layer's inputs and outputs that training leaves out at random, so that the network does not learn the "
                    + "text by heart.");

    /** Bands of the adaptive softmax. */
    public static final ConfigKey<List<Integer>> NEURAL_CUTOFFS = new ConfigKey<>(
            "neural.cutoffs",
            NEURAL,
            "2000,8000",
            "full, or ascending whole numbers separated by commas",
            "Where the frequency bands of an adaptive softmax begin: the rows below the first number are the head, and a rarer "
                    + "word costs a look into its band. Several times faster than one band of all words, which is full.",
            Keys::cutoffs);

    /** Tokens that a window sees. */
    public static final ConfigKey<Integer> NEURAL_WINDOW = whole(
            "neural.window",
            NEURAL,
            "5",
            1,
            64,
            "Tokens before the predicted one that neural.model=window sees; of no effect on the others.");

    /** Threads that score with the network. */
    public static final ConfigKey<Integer> NEURAL_SCORING_THREADS = whole(
            "neural.scoring.threads",
            NEURAL,
            "1",
            1,
            256,
            "Threads of this instance that score documents with the network, beside the stream threads.");

    /** Queue of the scoring threads. */
    public static final ConfigKey<Long> NEURAL_SCORING_QUEUE_TOKENS = wholeLong(
            "neural.scoring.queue.tokens",
            NEURAL,
            "32768",
            1,
            1_000_000_000,
            "Tokens of documents that may wait for these threads. A larger document waits alone.");

    /** What happens where the network cannot keep up. */
    public static final ConfigKey<String> NEURAL_SCORING_POLICY = oneOf(
            "neural.scoring.policy",
            NEURAL,
            "ngram-only",
            "What happens where the network cannot keep up with the stream. wait: documents wait for it, and the input for "
                    + "them. ngram-only: they are scored without it after neural.scoring.patience.ms, and their score says "
                    + "so.",
            List.of("wait", "ngram-only"));

    /** How long a document waits for the network. */
    public static final ConfigKey<Long> NEURAL_SCORING_PATIENCE_MS = wholeLong(
            "neural.scoring.patience.ms",
            NEURAL,
            "1000",
            0,
            600_000,
            "Milliseconds that a document to which all shards have replied waits for the network under ngram-only.");

    /** The value of {@link #NEURAL_ENCODINGS} that writes none. */
    public static final String NO_ENCODINGS = "none";

    /** Vectors of documents. */
    public static final ConfigKey<String> NEURAL_ENCODINGS = oneOf(
            "neural.encodings",
            NEURAL,
            NO_ENCODINGS,
            "The vector of each document on the encodings topic: the network's last state, the mean of its states or the "
                    + "largest value of each unit. none: no vectors.",
            List.of(NO_ENCODINGS, "last", "mean", "max"));

    /** Tokens before the first network. */
    public static final ConfigKey<Long> NEURAL_TRAIN_BOOTSTRAP_TOKENS = wholeLong(
            "neural.train.bootstrap.tokens",
            TRAINING,
            "20000",
            1,
            1_000_000_000,
            "Tokens that must have gone by before the first snapshot is made from them.");

    /** Passes of the first round. */
    public static final ConfigKey<Integer> NEURAL_TRAIN_BOOTSTRAP_PASSES = whole(
            "neural.train.bootstrap.passes", TRAINING, "4", 1, 1000, "Passes over the text of the first snapshot.");

    /** Tokens between rounds. */
    public static final ConfigKey<Long> NEURAL_TRAIN_TOKENS = wholeLong(
            "neural.train.tokens",
            TRAINING,
            "10000",
            1,
            1_000_000_000,
            "A round of fine-tuning is due when so many tokens have gone by since the one before. While a round is under way "
                    + "text waits for the next, which then has more of it.");

    /** Seconds between rounds. */
    public static final ConfigKey<Integer> NEURAL_TRAIN_SECONDS = whole(
            "neural.train.seconds",
            TRAINING,
            "300",
            0,
            604_800,
            "A round is due after so many seconds, too, if twice neural.promotion.hold.out.tokens have gone by; 0 waits for "
                    + "neural.train.tokens whatever the time.");

    /** Passes. */
    public static final ConfigKey<Integer> NEURAL_TRAIN_PASSES = whole(
            "neural.train.passes",
            TRAINING,
            "2",
            1,
            1000,
            "Passes of a round over its new text and the older text drawn beside it.");

    /** Older text. */
    public static final ConfigKey<Double> NEURAL_TRAIN_REPLAY = real(
            "neural.train.replay",
            TRAINING,
            "1.0",
            0,
            100,
            "Tokens of older text in a pass as a multiple of the new ones, so that what is new does not drive out what is "
                    + "old.");

    /** Newest text in the buffer. */
    public static final ConfigKey<Long> NEURAL_TRAIN_NEWEST_TOKENS = wholeLong(
            "neural.train.newest.tokens",
            TRAINING,
            "200000",
            1,
            1_000_000_000,
            "Tokens of the newest documents in the replay buffer. Text that comes faster than it can be taught leaves them "
                    + "untaught, and may still be drawn as older text.");

    /** Older text in the buffer. */
    public static final ConfigKey<Long> NEURAL_TRAIN_RESERVOIR_TOKENS = wholeLong(
            "neural.train.reservoir.tokens",
            TRAINING,
            "500000",
            0,
            1_000_000_000,
            "Tokens of older documents in the replay buffer: a uniform sample of all that were ever learned. About 5 bytes a "
                    + "token in RocksDB and the changelog.");

    /** Optimizer. */
    public static final ConfigKey<String> NEURAL_TRAIN_OPTIMIZER = oneOf(
            "neural.train.optimizer",
            TRAINING,
            "adam",
            "How a gradient changes the network. rms-decay: the rule of dynamic evaluation, which pulls back to the snapshot "
                    + "that the round began from.",
            Arrays.stream(Optimizer.values()).map(Optimizer::label).toList());

    /** Learning rate. */
    public static final ConfigKey<Double> NEURAL_TRAIN_LEARNING_RATE =
            real("neural.train.learning.rate", TRAINING, "0.003", 1e-9, 1000, "How large the optimizer's steps are.");

    /** Clipping. */
    public static final ConfigKey<Double> NEURAL_TRAIN_CLIP = real(
            "neural.train.clip",
            TRAINING,
            "1.0",
            0,
            1e9,
            "The largest norm of all gradients of a step together; larger ones are scaled down. 0 for none.");

    /** Decay. */
    public static final ConfigKey<Double> NEURAL_TRAIN_DECAY = real(
            "neural.train.decay",
            TRAINING,
            "0.001",
            0,
            1,
            "How strongly rms-decay pulls back; of no effect on other optimizers.");

    /** Streams. */
    public static final ConfigKey<Integer> NEURAL_TRAIN_STREAMS = whole(
            "neural.train.streams",
            TRAINING,
            "8",
            1,
            1024,
            "Streams of text that are taught side by side. More of them are faster, and make fewer steps of the same text.");

    /** Steps. */
    public static final ConfigKey<Integer> NEURAL_TRAIN_STEPS =
            whole("neural.train.steps", TRAINING, "35", 1, 1024, "Tokens that back-propagation goes back.");

    /** Averaging. */
    public static final ConfigKey<Integer> NEURAL_TRAIN_AVERAGING = whole(
            "neural.train.averaging",
            TRAINING,
            "100",
            0,
            1_000_000,
            "Steps over which the weights of a snapshot are averaged: about the last so many, and never more than a tenth of "
                    + "all steps so far. 0 for the weights of the last step.");

    /** Seed. */
    public static final ConfigKey<Long> NEURAL_TRAIN_SEED = wholeLong(
            "neural.train.seed",
            TRAINING,
            "1",
            Long.MIN_VALUE,
            Long.MAX_VALUE,
            "What everything random in training depends on: the same text and seed make the same snapshots.");

    /** Held-out text. */
    public static final ConfigKey<Long> NEURAL_PROMOTION_HOLD_OUT_TOKENS = wholeLong(
            "neural.promotion.hold.out.tokens",
            TRAINING,
            "2000",
            1,
            1_000_000_000,
            "The newest documents of so many tokens are not taught in a round: candidate and incumbent are compared on them. "
                    + "Of one long document it is the end. A candidate is taught them once it is promoted, else in the next round.");

    /** Margin. */
    public static final ConfigKey<Double> NEURAL_PROMOTION_MARGIN = real(
            "neural.promotion.margin",
            TRAINING,
            "0.002",
            0,
            100,
            "Bits a token that a candidate must save there to become active.");

    /** Margin of rollbacks. */
    public static final ConfigKey<Double> NEURAL_PROMOTION_ROLLBACK_MARGIN = real(
            "neural.promotion.rollback.margin",
            TRAINING,
            "0.05",
            0,
            100,
            "Bits a token by which the active snapshot must be worse than its parent, on live documents before either is "
                    + "taught them, to be rolled back.");

    /** Significance. */
    public static final ConfigKey<Double> NEURAL_PROMOTION_STANDARD_ERRORS = real(
            "neural.promotion.standard.errors",
            TRAINING,
            "1.0",
            0,
            100,
            "How many standard errors a difference must be away from 0 to count, for promotions and rollbacks. 1 lets one in "
                    + "six pass that is only chance, 1.64 one in twenty.");

    /** Shards of the counts. */
    public static final ConfigKey<Integer> SHARDS = whole(
            "shards",
            TOPICS,
            "4",
            1,
            1024,
            "Partitions of the n-gram counts: the most threads, over all instances, that can count at once. The model is one "
                    + "whatever the number. Fixed once the topics exist.");

    /** Partitions of documents. */
    public static final ConfigKey<Integer> PARTITIONS = whole(
            "partitions",
            TOPICS,
            "4",
            1,
            1024,
            "Partitions of the text, documents, scores, predictions and replies topics. Fixed once the topics exist.");

    /** Topic name prefix. */
    public static final ConfigKey<String> TOPIC_PREFIX = text(
            "topics.prefix",
            TOPICS,
            "driftline.",
            "letters, digits, '.', '_' and '-', at most 100 of them",
            "What every topic name starts with.",
            value -> matching(value, "[A-Za-z0-9._-]{0,100}"));

    /** Replication factor. */
    public static final ConfigKey<Short> TOPIC_REPLICATION_FACTOR = new ConfigKey<>(
            "topics.replication.factor",
            TOPICS,
            "-1",
            "-1 or a whole number from 1 to 9",
            "Copies of each topic that `driftline topics create` makes; -1 is the broker's default. Use 3 in production.",
            value -> {
                short factor = Short.parseShort(value);
                if (factor != -1 && (factor < 1 || factor > 9)) {
                    throw new IllegalArgumentException(value);
                }
                return factor;
            });

    /** Retention of public topics. */
    public static final ConfigKey<Long> TOPIC_RETENTION_MS = wholeLong(
            "topics.retention.ms",
            TOPICS,
            "604800000",
            -1,
            Long.MAX_VALUE,
            "Milliseconds for which text, documents, scores and predictions are kept; -1 is for ever. The default is 7 days.");

    /** Retention of internal topics. */
    public static final ConfigKey<Long> TOPIC_INTERNAL_RETENTION_MS = wholeLong(
            "topics.internal.retention.ms",
            TOPICS,
            "259200000",
            -1,
            Long.MAX_VALUE,
            "Milliseconds for which internal requests and replies are kept; -1 is for ever. It must outlast the longest time "
                    + "that the service may be down, or documents under way then are never scored. The default is 3 days.");

    /** Retention of dead letters. */
    public static final ConfigKey<Long> TOPIC_DEAD_LETTER_RETENTION_MS = wholeLong(
            "topics.dead.letters.retention.ms",
            TOPICS,
            "2592000000",
            -1,
            Long.MAX_VALUE,
            "Milliseconds for which dead letters are kept; -1 is for ever. The default is 30 days.");

    /** Tokenizer of raw text. */
    public static final ConfigKey<String> TOKENIZER = oneOf(
            "tokenizer",
            INPUT,
            Tokenizers.DEFAULT,
            "How raw text becomes sentences of tokens. whitespace: a line is a sentence, tokens are what spaces separate. "
                    + "words: Unicode sentence and word breaks, Chinese and Japanese by dictionary. characters: each "
                    + "character is a token.",
            Tokenizers.names());

    /** Largest document in tokens. */
    public static final ConfigKey<Integer> DOCUMENT_MAX_TOKENS = whole(
            "document.max.tokens",
            INPUT,
            "100000",
            1,
            1_000_000,
            "Most tokens of a document, </s> included. A larger one becomes a dead letter.");

    /** Largest document in bytes. */
    public static final ConfigKey<Integer> DOCUMENT_MAX_BYTES = new ConfigKey<>(
            "document.max.bytes",
            INPUT,
            "4194304",
            bytesAccepted(KIB, 64 * MIB),
            "Most bytes of a record's value, as it is in the topic. A larger one becomes a dead letter, or is refused by the "
                    + "broker if it is past the topic's max.message.bytes.",
            value -> Math.toIntExact(bytes(value, KIB, 64 * MIB)));

    /** Largest token in bytes. */
    public static final ConfigKey<Integer> TOKEN_MAX_BYTES = new ConfigKey<>(
            "token.max.bytes",
            INPUT,
            "1024",
            bytesAccepted(1, 64 * KIB),
            "Most UTF-8 bytes of a token. A document with a longer one becomes a dead letter.",
            value -> Math.toIntExact(bytes(value, 1, 64 * KIB)));

    /** Predictions a document. */
    public static final ConfigKey<Integer> PREDICTIONS_K = whole(
            "predictions.k",
            OUTPUT,
            "10",
            0,
            1000,
            "Continuations published for each document's last sentence, most probable first; 0 publishes no predictions.");

    /** Surprisals in scores. */
    public static final ConfigKey<Boolean> SCORES_SURPRISALS = new ConfigKey<>(
            "scores.surprisals",
            OUTPUT,
            "false",
            "true or false",
            "Whether a score carries the surprisal, in bits, of every token. Several bytes a token in the scores topic.",
            Keys::trueOrFalse);

    /** Surprisals of each expert in scores. */
    public static final ConfigKey<Boolean> SCORES_EXPERT_SURPRISALS = new ConfigKey<>(
            "scores.expert.surprisals",
            OUTPUT,
            "false",
            "true or false",
            "Whether a score carries the surprisal of every token under each expert, too: what the dashboard shows of a word. "
                    + "Four bytes a token and expert in the scores topic; includes scores.surprisals.",
            Keys::trueOrFalse);

    /** The value of {@link #DRIFT_DETECTORS} that watches nothing. */
    public static final String NO_DETECTORS = "none";

    /** Detectors. */
    public static final ConfigKey<Set<Detector>> DRIFT_DETECTORS = new ConfigKey<>(
            "drift.detectors",
            DRIFT,
            "adwin,page-hinkley,ewma",
            "none, or some of adwin, page-hinkley and ewma separated by commas",
            "What watches the surprisal of each source for changes; the first to notice one raises the alarm. none: sources are "
                    + "not watched, and nothing goes to the observations and drift topics for it.",
            Keys::detectors);

    /** Tokens of a unit. */
    public static final ConfigKey<Integer> DRIFT_UNIT_TOKENS = whole(
            "drift.unit.tokens",
            DRIFT,
            "200",
            1,
            1_000_000,
            "Short documents of a source are put together until they have so many tokens, and are watched as one; a document "
                    + "counts as at most ten times as many.");

    /** Burn-in. */
    public static final ConfigKey<Long> DRIFT_BURN_IN_TOKENS = wholeLong(
            "drift.burn.in.tokens",
            DRIFT,
            "5000",
            0,
            1_000_000_000,
            "Tokens of a source before its live surprisal is watched: until then its caches and mixture weights settle.");

    /** Tokens of the reference. */
    public static final ConfigKey<Integer> DRIFT_REFERENCE_TOKENS = whole(
            "drift.reference.tokens",
            DRIFT,
            "10000",
            0,
            1_000_000,
            "Tokens of a source from which its frozen reference is learned, for each partition that it comes through; 0 watches "
                    + "the live surprisal alone. About 4 bytes a token in RocksDB and the changelog.");

    /** Smallest change. */
    public static final ConfigKey<Double> DRIFT_LEAST_CHANGE = real(
            "drift.least.change",
            DRIFT,
            "0.3",
            0,
            100,
            "Bits a token by which the level must have changed to be called drift, and half of it for a warning, however sure the "
                    + "detectors are.");

    /** ADWIN. */
    public static final ConfigKey<Double> DRIFT_ADWIN_DELTA = real(
            "drift.adwin.delta",
            DRIFT,
            "0.002",
            1e-12,
            0.5,
            "ADWIN's confidence parameter: smaller values raise fewer false alarms and notice a change later.");

    /** Page–Hinkley. */
    public static final ConfigKey<Double> DRIFT_PAGE_HINKLEY_THRESHOLD = real(
            "drift.page.hinkley.threshold",
            DRIFT,
            "16",
            0.1,
            10_000,
            "Cumulated deviation, in standard deviations of a document, at which the Page-Hinkley test raises an alarm.");

    /** EWMA. */
    public static final ConfigKey<Double> DRIFT_EWMA_THRESHOLD = real(
            "drift.ewma.threshold",
            DRIFT,
            "4.5",
            0.1,
            1000,
            "Standard errors of the moving average by which it must be off for the chart to raise an alarm.");

    /** Acceptance. */
    public static final ConfigKey<Integer> DRIFT_ACCEPT_UNITS = whole(
            "drift.accept.units",
            DRIFT,
            "64",
            8,
            1_000_000,
            "Documents, or units of drift.unit.tokens, for which a new level must have been stable to be taken for the new "
                    + "normal.");

    /** Sources kept. */
    public static final ConfigKey<Integer> SOURCES_MAX = whole(
            "sources.max",
            MEMORY,
            "10000",
            1,
            10_000_000,
            "Sources of which caches, mixture weights, reference and drift state are kept, for each partition; past that, those "
                    + "seen longest ago are forgotten. A source takes up to 0.5 MB in RocksDB. One that comes back is new.");

    /** Idle sources. */
    public static final ConfigKey<Long> SOURCES_IDLE_MS = wholeLong(
            "sources.idle.ms",
            MEMORY,
            "2592000000",
            1000,
            Long.MAX_VALUE,
            "Milliseconds after which a source of which no document came is forgotten; one that comes back is new. The default is "
                    + "30 days.");

    /** Decoded count cache. */
    public static final ConfigKey<Long> CACHE_DECODED_BYTES = byteSize(
            "cache.decoded.bytes",
            MEMORY,
            "134217728",
            MIB,
            64 * GIB,
            "Heap for decoded counts of each shard that this instance owns. Written to RocksDB and the changelog at commits.");

    /** Rules of the filter. */
    public static final ConfigKey<Optional<Path>> FILTER_RULES = new ConfigKey<>(
            "filter.rules",
            FILTER,
            "none",
            "none or a file",
            "File of rules that send scored documents on to topics, or drop them: `driftline filter check FILE` says what one"
                    + " does. The same on every instance; it can be changed at a restart, after `driftline topics create` has"
                    + " made new topics.",
            value -> value.equals("none") ? Optional.empty() : Optional.of(path(value)));

    /** RocksDB block cache. */
    public static final ConfigKey<Long> ROCKSDB_BLOCK_CACHE_BYTES = byteSize(
            "rocksdb.block.cache.bytes",
            MEMORY,
            "134217728",
            8 * MIB,
            1024 * GIB,
            "Native memory of the RocksDB block cache, shared by all stores of this instance; write buffers count towards it.");

    /** RocksDB write buffers. */
    public static final ConfigKey<Long> ROCKSDB_WRITE_BUFFER_BYTES = byteSize(
            "rocksdb.write.buffer.bytes",
            MEMORY,
            "67108864",
            4 * MIB,
            1024 * GIB,
            "Native memory of all RocksDB write buffers of this instance together; less than rocksdb.block.cache.bytes.");

    /** Sources with series of their own. */
    public static final ConfigKey<Integer> METRICS_SOURCES = whole(
            "metrics.sources",
            METRICS,
            "20",
            0,
            1000,
            "Sources that have series of their own at /metrics: those with the most tokens of late. All others are counted "
                    + "together as source=\"other\", so that a scrape does not grow with the number of sources.");

    /** Host of the HTTP endpoint. */
    public static final ConfigKey<String> HTTP_HOST = text(
            "http.host",
            HTTP,
            "127.0.0.1",
            "a host name or address of this machine",
            "Where `driftline run` answers questions, and under what name the other instances find it."
                    + " Other than loopback needs a token, see http.read.token.",
            String::strip);

    /** Port of the HTTP endpoint. */
    public static final ConfigKey<Integer> HTTP_PORT = whole(
            "http.port",
            HTTP,
            "0",
            0,
            65535,
            "Port of the HTTP endpoint; 0 takes a free one, which `driftline run` prints.");

    /** Name of the HTTP endpoint. */
    public static final ConfigKey<String> HTTP_ADVERTISED_HOST = text(
            "http.advertised.host",
            HTTP,
            "",
            "a host name or address, or nothing",
            "Under what name the other instances find this one, where that is not http.host: for http.host=0.0.0.0.",
            String::strip);

    /** Whether anybody may ask from anywhere. */
    public static final ConfigKey<Boolean> HTTP_ALLOW_INSECURE = new ConfigKey<>(
            "http.allow.insecure",
            HTTP,
            "false",
            "true or false",
            "Whether http.host may be other than loopback without a token. Anybody who reaches it may then read the model and "
                    + "operate it.",
            Keys::trueOrFalse);

    /** The token for reading. */
    public static final ConfigKey<String> HTTP_READ_TOKEN = text(
            "http.read.token",
            HTTP,
            "",
            "a token of at least 16 characters, file:PATH, or nothing",
            "Token that must be shown to ask: Authorization: Bearer TOKEN. file:PATH reads it from a file. The same on all "
                    + "instances.",
            String::strip);

    /** The token for operating. */
    public static final ConfigKey<String> HTTP_OPERATE_TOKEN = text(
            "http.operate.token",
            HTTP,
            "",
            "a token of at least 16 characters, file:PATH, or nothing",
            "Token that must be shown to promote snapshots and roll them back; it may read, too. With http.read.token alone "
                    + "nobody may. Instances show it to each other, so it is the same on all.",
            String::strip);

    /** Key store. */
    public static final ConfigKey<String> HTTP_TLS_KEYSTORE = text(
            "http.tls.keystore",
            HTTP,
            "",
            "a file, or nothing",
            "PKCS #12 or JKS file with the certificate and the key of this instance: it then answers over https only.",
            String::strip);

    /** Password of the key store. */
    public static final ConfigKey<String> HTTP_TLS_KEYSTORE_PASSWORD = text(
            "http.tls.keystore.password",
            HTTP,
            "",
            "text",
            "Password of http.tls.keystore and of its key.",
            value -> value);

    /** Certificate. */
    public static final ConfigKey<String> HTTP_TLS_CERTIFICATE = text(
            "http.tls.certificate",
            HTTP,
            "",
            "a file, or nothing",
            "The certificate and its chain in PEM, instead of http.tls.keystore.",
            String::strip);

    /** Key. */
    public static final ConfigKey<String> HTTP_TLS_KEY = text(
            "http.tls.key",
            HTTP,
            "",
            "a file, or nothing",
            "The key of http.tls.certificate: PKCS #8 in PEM, not encrypted.",
            String::strip);

    /** Trusted certificates. */
    public static final ConfigKey<String> HTTP_TLS_TRUST = text(
            "http.tls.trust",
            HTTP,
            "",
            "a file, or nothing",
            "Certificates in PEM that the other instances are checked with; by default those of this instance's own chain.",
            String::strip);

    /** Longest body. */
    public static final ConfigKey<Long> HTTP_MAX_BODY_BYTES = byteSize(
            "http.max.body.bytes", HTTP, "1MiB", KIB, 256 * MIB, "Longest body of a request; past it is a 413.");

    /** Most tokens. */
    public static final ConfigKey<Integer> HTTP_MAX_TOKENS = whole(
            "http.max.tokens",
            HTTP,
            "5000",
            1,
            1_000_000,
            "Most tokens of one question, of all its candidates together; past it is a 422.");

    /** Questions at a time. */
    public static final ConfigKey<Integer> HTTP_CONCURRENT = whole(
            "http.concurrent",
            HTTP,
            "8",
            1,
            1024,
            "Questions that are worked on at the same time, and as many of other instances.");

    /** Questions that wait. */
    public static final ConfigKey<Integer> HTTP_QUEUED = whole(
            "http.queued",
            HTTP,
            "64",
            0,
            100_000,
            "Questions that may wait for those; past it is a 503 with Retry-After.");

    /** Time of a question. */
    public static final ConfigKey<Long> HTTP_TIMEOUT_MS = wholeLong(
            "http.timeout.ms",
            HTTP,
            "10000",
            10,
            600_000,
            "Milliseconds that a question may take, past which is a 504; and that its head and its body may each take to come.");

    /** Silence. */
    public static final ConfigKey<Long> HTTP_IDLE_TIMEOUT_MS = wholeLong(
            "http.idle.timeout.ms",
            HTTP,
            "60000",
            100,
            3_600_000,
            "Milliseconds after which a connection on which nothing moves is closed.");

    /** Connections. */
    public static final ConfigKey<Integer> HTTP_CONNECTIONS =
            whole("http.connections", HTTP, "1024", 1, 1_000_000, "Connections at a time; more wait to be accepted.");

    /** Every key, in the order of the reference file. */
    public static final List<ConfigKey<?>> ALL = List.of(
            BOOTSTRAP_SERVERS,
            SCHEMA_REGISTRY_URL,
            APPLICATION_ID,
            STATE_DIR,
            STREAM_THREADS,
            PROCESSING_GUARANTEE,
            COMMIT_INTERVAL_MS,
            COMMIT_EARLY,
            MODEL_ORDER,
            MODEL_SMOOTHING,
            MODEL_VOCABULARY,
            NEURAL_MODEL,
            NEURAL_VOCABULARY,
            NEURAL_SIZE,
            NEURAL_LAYERS,
            NEURAL_DROPOUT,
            NEURAL_CUTOFFS,
            NEURAL_WINDOW,
            NEURAL_SNAPSHOTS_KEEP,
            NEURAL_SCORING_THREADS,
            NEURAL_SCORING_QUEUE_TOKENS,
            NEURAL_SCORING_POLICY,
            NEURAL_SCORING_PATIENCE_MS,
            NEURAL_ENCODINGS,
            NEURAL_TRAIN_BOOTSTRAP_TOKENS,
            NEURAL_TRAIN_BOOTSTRAP_PASSES,
            NEURAL_TRAIN_TOKENS,
            NEURAL_TRAIN_SECONDS,
            NEURAL_TRAIN_PASSES,
            NEURAL_TRAIN_REPLAY,
            NEURAL_TRAIN_NEWEST_TOKENS,
            NEURAL_TRAIN_RESERVOIR_TOKENS,
            NEURAL_TRAIN_OPTIMIZER,
            NEURAL_TRAIN_LEARNING_RATE,
            NEURAL_TRAIN_CLIP,
            NEURAL_TRAIN_DECAY,
            NEURAL_TRAIN_STREAMS,
            NEURAL_TRAIN_STEPS,
            NEURAL_TRAIN_AVERAGING,
            NEURAL_TRAIN_SEED,
            NEURAL_PROMOTION_HOLD_OUT_TOKENS,
            NEURAL_PROMOTION_MARGIN,
            NEURAL_PROMOTION_ROLLBACK_MARGIN,
            NEURAL_PROMOTION_STANDARD_ERRORS,
            SHARDS,
            PARTITIONS,
            TOPIC_PREFIX,
            TOPIC_REPLICATION_FACTOR,
            TOPIC_RETENTION_MS,
            TOPIC_INTERNAL_RETENTION_MS,
            TOPIC_DEAD_LETTER_RETENTION_MS,
            TOKENIZER,
            DOCUMENT_MAX_TOKENS,
            DOCUMENT_MAX_BYTES,
            TOKEN_MAX_BYTES,
            PREDICTIONS_K,
            SCORES_SURPRISALS,
            SCORES_EXPERT_SURPRISALS,
            FILTER_RULES,
            DRIFT_DETECTORS,
            DRIFT_UNIT_TOKENS,
            DRIFT_BURN_IN_TOKENS,
            DRIFT_REFERENCE_TOKENS,
            DRIFT_LEAST_CHANGE,
            DRIFT_ADWIN_DELTA,
            DRIFT_PAGE_HINKLEY_THRESHOLD,
            DRIFT_EWMA_THRESHOLD,
            DRIFT_ACCEPT_UNITS,
            SOURCES_MAX,
            SOURCES_IDLE_MS,
            CACHE_DECODED_BYTES,
            ROCKSDB_BLOCK_CACHE_BYTES,
            ROCKSDB_WRITE_BUFFER_BYTES,
            METRICS_SOURCES,
            HTTP_HOST,
            HTTP_PORT,
            HTTP_ADVERTISED_HOST,
            HTTP_ALLOW_INSECURE,
            HTTP_READ_TOKEN,
            HTTP_OPERATE_TOKEN,
            HTTP_TLS_KEYSTORE,
            HTTP_TLS_KEYSTORE_PASSWORD,
            HTTP_TLS_CERTIFICATE,
            HTTP_TLS_KEY,
            HTTP_TLS_TRUST,
            HTTP_MAX_BODY_BYTES,
            HTTP_MAX_TOKENS,
            HTTP_CONCURRENT,
            HTTP_QUEUED,
            HTTP_TIMEOUT_MS,
            HTTP_IDLE_TIMEOUT_MS,
            HTTP_CONNECTIONS);

    private Keys() {}

    private static ConfigKey<String> text(
            String name, String group, String defaultText, String accepts, String doc, Function<String, String> check) {
        return new ConfigKey<>(name, group, defaultText, accepts, doc, check);
    }

    private static ConfigKey<String> oneOf(
            String name, String group, String defaultText, String doc, List<String> accepted) {
        return text(name, group, defaultText, "one of " + String.join(", ", accepted), doc, value -> {
            if (!accepted.contains(value)) {
                throw new IllegalArgumentException(value);
            }
            return value;
        });
    }

    private static ConfigKey<Integer> whole(
            String name, String group, String defaultText, int least, int most, String doc) {
        return new ConfigKey<>(
                name,
                group,
                defaultText,
                "a whole number from " + least + " to " + most,
                doc,
                value -> Math.toIntExact(between(Long.parseLong(value), least, most)));
    }

    private static ConfigKey<Long> wholeLong(
            String name, String group, String defaultText, long least, long most, String doc) {
        String accepts = most == Long.MAX_VALUE
                ? "a whole number, " + least + " or more"
                : "a whole number from " + least + " to " + most;
        return new ConfigKey<>(
                name, group, defaultText, accepts, doc, value -> between(Long.parseLong(value), least, most));
    }

    private static ConfigKey<Double> real(
            String name, String group, String defaultText, double least, double most, String doc) {
        return new ConfigKey<>(name, group, defaultText, "a number from " + least + " to " + most, doc, value -> {
            double number = Double.parseDouble(value);
            if (!(number >= least && number <= most)) {
                throw new IllegalArgumentException(value);
            }
            return number;
        });
    }

    private static Boolean trueOrFalse(String value) {
        return switch (value) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new IllegalArgumentException(value);
        };
    }

    private static Set<Detector> detectors(String value) {
        if (value.equals(NO_DETECTORS)) {
            return Set.of();
        }
        Set<Detector> detectors = EnumSet.noneOf(Detector.class);
        for (String label : value.split(",", -1)) {
            detectors.add(Detector.labelled(label.strip()));
        }
        return detectors;
    }

    private static List<Integer> cutoffs(String value) {
        if (value.equals("full")) {
            return List.of();
        }
        List<Integer> cutoffs = Arrays.stream(value.split(",", -1))
                .map(number -> Integer.valueOf(number.strip()))
                .toList();
        for (int i = 0; i < cutoffs.size(); i++) {
            if (cutoffs.get(i) <= (i == 0 ? 0 : cutoffs.get(i - 1))) {
                throw new IllegalArgumentException(value);
            }
        }
        return cutoffs;
    }

    private static ConfigKey<Long> byteSize(
            String name, String group, String defaultText, long least, long most, String doc) {
        return new ConfigKey<>(
                name, group, defaultText, bytesAccepted(least, most), doc, value -> bytes(value, least, most));
    }

    private static String bytesAccepted(long least, long most) {
        return "bytes from " + least + " to " + most + ", or with a unit such as 64KiB, 64MiB, 1GiB";
    }

    private static long bytes(String value, long least, long most) {
        long unit = 1;
        String digits = value;
        if (value.endsWith("KiB")) {
            unit = KIB;
        } else if (value.endsWith("MiB")) {
            unit = MIB;
        } else if (value.endsWith("GiB")) {
            unit = GIB;
        }
        if (unit > 1) {
            digits = value.substring(0, value.length() - 3).strip();
        }
        try {
            return between(Math.multiplyExact(Long.parseLong(digits), unit), least, most);
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException(value, e);
        }
    }

    private static long between(long value, long least, long most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(Long.toString(value));
        }
        return value;
    }

    private static String matching(String value, String pattern) {
        if (!value.matches(pattern)) {
            throw new IllegalArgumentException(value);
        }
        return value;
    }

    private static String hostPorts(String value) {
        for (String server : value.split(",", -1)) {
            String port = server.substring(server.lastIndexOf(':') + 1);
            if (!server.contains(":") || server.startsWith(":") || server.contains("/")) {
                throw new IllegalArgumentException(value);
            }
            between(Long.parseLong(port.strip()), 1, 65_535);
        }
        return value;
    }

    private static String registryUrls(String value) {
        for (String url : value.split(",", -1)) {
            matching(url.strip(), "(https?|mock)://\\S+");
        }
        return value;
    }

    private static Path path(String value) {
        if (value.isEmpty()) {
            throw new IllegalArgumentException(value);
        }
        return Path.of(value);
    }
}
