package dev.driftline.failures;

/** The steps of a decoded document's way through the topology, each of which may fail with it. */
public enum Stage {
    /** Making the requests to the shards. */
    SCATTER,
    /** A shard answers; nothing has been learned. */
    COUNT,
    /** A shard has begun to learn. */
    LEARN,
    /** The replies of the shards are put together. */
    GATHER,
    /** The models are mixed, and the source learns. */
    MIX,
    /** What goes out is made and sent. */
    WRITE,
    /** The source of the document is watched for drift. */
    WATCH,
    /** The document goes through the rules of the filter. */
    FILTER,
    /** The document goes into the replay buffer. */
    TRAIN
}
