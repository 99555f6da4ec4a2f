package dev.driftline.service;

import dev.driftline.config.DriftlineConfig;
import dev.driftline.config.MisconfiguredException;
import java.util.function.Consumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.streams.errors.MissingSourceTopicException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds out what somebody has done to the topics of a running service when Kafka Streams fails over them. What it says itself is
 * about its own topics, and advises a tool that would delete the model.
 */
final class TopicFailure {

    private static final Logger LOG = LoggerFactory.getLogger(TopicFailure.class);

    /** What Kafka Streams says where a changelog has not as many partitions as the input topics. */
    private static final String PARTITIONS = "has invalid partitions";

    private final Consumer<DriftlineConfig> check;
    private final DriftlineConfig config;

    /** @param check throws a {@link MisconfiguredException} if the topics are not as they should be */
    TopicFailure(DriftlineConfig config, Consumer<DriftlineConfig> check) {
        this.config = config;
        this.check = check;
    }

    /** What the failure of a stream thread comes from: what is wrong with the topics, or itself. */
    Throwable explain(Throwable failure) {
        if (!isOfTopics(failure)) {
            return failure;
        }
        try {
            check.accept(config);
        } catch (MisconfiguredException e) {
            e.addSuppressed(failure);
            return e;
        } catch (KafkaException e) {
            LOG.debug("The topics cannot be looked at", e);
        }
        return failure;
    }

    private static boolean isOfTopics(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof MissingSourceTopicException
                    || cause.getMessage() != null && cause.getMessage().contains(PARTITIONS)) {
                return true;
            }
        }
        return false;
    }
}
