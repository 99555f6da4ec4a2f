package dev.driftline.identity;

import java.util.Map;
import org.apache.kafka.streams.StreamsConfig;
import org.jspecify.annotations.Nullable;

/**
 * What a store compares its header with: the model that the service is configured for, and the topics that it reads. Stores
 * find it in the settings of the streams, under {@link #CONFIG}; where there is none, as in a test of one processor, they keep
 * no header.
 *
 * @param model the model of this service
 * @param topics the incarnations of its topics
 */
public record Provenance(ModelIdentity model, TopicIncarnations topics) {

    /** The setting of the streams that has it. */
    public static final String CONFIG = "driftline.provenance";

    /** That of {@code settings}; null where there is none. */
    public static @Nullable Provenance in(Map<String, ?> settings) {
        return settings.get(CONFIG) instanceof Provenance provenance ? provenance : null;
    }

    /** Whether offsets and state are committed together. */
    public static boolean isExactlyOnce(Map<String, ?> settings) {
        return StreamsConfig.EXACTLY_ONCE_V2.equals(settings.get(StreamsConfig.PROCESSING_GUARANTEE_CONFIG));
    }
}
