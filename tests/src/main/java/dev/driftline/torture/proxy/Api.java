package dev.driftline.torture.proxy;

import java.util.Optional;

/** The kinds of request that the proxy tells apart, by their keys in <a href="https://kafka.apache.org/protocol#protocol_api_keys">Kafka's protocol</a>. */
public enum Api {
    /** Records on their way to a topic. */
    PRODUCE(0),
    /** A member of a group asks for its share. */
    JOIN_GROUP(11),
    /** A member hears what its share is. */
    SYNC_GROUP(14),
    /** Offsets are about to become part of a transaction. */
    ADD_OFFSETS_TO_TXN(25),
    /** A transaction ends, by a commit or an abort. */
    END_TXN(26),
    /** Offsets become part of a transaction. */
    TXN_OFFSET_COMMIT(28);

    private final int key;

    Api(int key) {
        this.key = key;
    }

    /** The kind with that key; empty where the proxy does not tell it apart. */
    static Optional<Api> of(int key) {
        for (Api api : values()) {
            if (api.key == key) {
                return Optional.of(api);
            }
        }
        return Optional.empty();
    }
}
