package dev.driftline.service;

import dev.driftline.config.DriftlineConfig;
import dev.driftline.config.MisconfiguredException;
import dev.driftline.config.keys.ProcessingGuarantee;
import dev.driftline.config.keys.ServiceKeys;
import dev.driftline.config.keys.TopicKeys;
import dev.driftline.schemas.Subjects;
import dev.driftline.topics.Layout;
import dev.driftline.topics.SizeAdvice;
import dev.driftline.topics.Topic;
import dev.driftline.topics.TopicAdmin;
import dev.driftline.topics.TopicDefinitions;
import io.confluent.kafka.schemaregistry.avro.AvroSchema;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.avro.specific.SpecificRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What must be there before the service starts: the topics, with the partitions that the configuration says, and the schemas
 * of this version. Used once, by the thread that starts the service.
 */
final class StartupChecks {

    private static final Logger LOG = LoggerFactory.getLogger(StartupChecks.class);

    /** From this level on the epoch of a producer rises with each transaction, so that a late request cannot get into the next. */
    private static final int SAFE_TRANSACTIONS = 2;

    private static final Duration REGISTRY_TIMEOUT = Duration.ofSeconds(60);

    private final DriftlineConfig config;
    private final SchemaRegistryClient registry;

    StartupChecks(DriftlineConfig config, SchemaRegistryClient registry) {
        this.config = config;
        this.registry = registry;
    }

    /**
     * Looks for what is missing.
     *
     * @return the layout that the topics have
     * @throws MisconfiguredException if something is missing or does not fit, with what to do about it
     */
    Layout check() {
        checkTransactions(config);
        Layout layout = checkTopics(config);
        checkSchemas();
        return layout;
    }

    /**
     * Exactly-once needs KIP-890 on the brokers: before it, a request of a transaction that was aborted may come late and become
     * part of the next one, or leave one open for good.
     *
     * @throws MisconfiguredException if the brokers cannot keep transactions apart, with what to do about it
     */
    static void checkTransactions(DriftlineConfig config) {
        if (config.get(ServiceKeys.PROCESSING_GUARANTEE) != ProcessingGuarantee.EXACTLY_ONCE_V2) {
            return;
        }
        int level;
        try (TopicAdmin admin = new TopicAdmin(config)) {
            level = admin.transactionVersion();
        }
        if (level < SAFE_TRANSACTIONS) {
            String servers = config.get(ServiceKeys.BOOTSTRAP_SERVERS);
            throw new MisconfiguredException("the brokers at " + servers + " have transaction.version " + level
                    + ", under which a late request of an aborted transaction may change the next one, and so a count. Raise"
                    + " it once, for the whole cluster, on Kafka 4.0 or later: `kafka-features.sh --bootstrap-server "
                    + servers + " upgrade --feature transaction.version=" + SAFE_TRANSACTIONS + "`; or set "
                    + ServiceKeys.PROCESSING_GUARANTEE.name()
                    + "=at_least_once, and a crash may change counts and repeat"
                    + " scores");
        }
    }

    /**
     * Compares the topics with the configuration.
     *
     * @return the layout that they have
     * @throws MisconfiguredException if the topics are not those of the configuration, with what to do about it
     */
    static Layout checkTopics(DriftlineConfig config) {
        List<TopicAdmin.State> states;
        List<String> problems;
        Layout layout;
        Map<String, Integer> maxMessageBytes;
        try (TopicAdmin admin = new TopicAdmin(config)) {
            states = admin.list();
            problems = admin.problems(states);
            layout = admin.layout();
            maxMessageBytes = admin.maxMessageBytes();
        }
        if (!problems.isEmpty()) {
            throw new MisconfiguredException(
                    "the topics do not match the configuration: " + String.join(System.lineSeparator(), problems));
        }
        List<String> missing = states.stream()
                .filter(state -> !state.exists())
                .map(state -> state.definition().name() + " does not exist")
                .toList();
        if (missing.size() == 1 && layout == Layout.ONE_SHARD && isMissing(states, Topic.NGRAM_DOCUMENTS)) {
            throw new MisconfiguredException(withMorePartitions(states, missing.get(0)));
        }
        if (!missing.isEmpty()) {
            throw new MisconfiguredException("the topics do not match the configuration: "
                    + String.join("; ", missing)
                    + ". Create them with `driftline topics create`, which leaves those that exist as they are, or check "
                    + TopicKeys.PREFIX.name());
        }
        SizeAdvice.of(maxMessageBytes, config.maxRecordBytes(), config.get(ServiceKeys.BOOTSTRAP_SERVERS))
                .ifPresent(advice -> {
                    throw new MisconfiguredException(advice);
                });
        return layout;
    }

    private static boolean isMissing(List<TopicAdmin.State> states, Topic topic) {
        return states.stream().anyMatch(state -> state.definition().topic() == topic && !state.exists());
    }

    /** What to do where the inputs of a model that was one task have got more partitions. */
    private static String withMorePartitions(List<TopicAdmin.State> states, String missing) {
        String inputs = states.stream()
                .filter(state -> state.partitions() > 1
                        && (state.definition().topic() == Topic.DOCUMENTS
                                || state.definition().topic() == Topic.TEXT))
                .map(state -> "topic " + state.definition().name() + " has " + state.partitions() + " partitions")
                .collect(Collectors.joining(", and "));
        return inputs + ", and " + missing
                + ", which takes documents from several partitions to a single shard. To go on,"
                + " stop every instance and run `driftline topics create`, which makes it: the model stays";
    }

    private void checkSchemas() {
        for (Map.Entry<String, Class<? extends SpecificRecord>> entry :
                TopicDefinitions.of(config).recordTypes().entrySet()) {
            checkSchema(entry.getKey() + Subjects.VALUE_SUFFIX, entry.getValue());
        }
    }

    private void checkSchema(String subject, Class<? extends SpecificRecord> type) {
        long deadline = System.nanoTime() + REGISTRY_TIMEOUT.toNanos();
        while (true) {
            Exception failure;
            try {
                registry.getId(subject, new AvroSchema(Subjects.schemaOf(type)));
                return;
            } catch (RestClientException e) {
                if (e.getStatus() == 404) {
                    throw new MisconfiguredException(
                            "the schema registry at "
                                    + config.get(ServiceKeys.SCHEMA_REGISTRY_URL) + " does not hold this version of "
                                    + subject
                                    + ": register it with `driftline topics create`",
                            e);
                }
                if (e.getStatus() == 401 || e.getStatus() == 403) {
                    throw new MisconfiguredException(
                            "the schema registry at " + config.get(ServiceKeys.SCHEMA_REGISTRY_URL)
                                    + " rejects the credentials: " + e.getMessage(),
                            e);
                }
                failure = e;
            } catch (IOException e) {
                failure = e;
            }
            if (System.nanoTime() > deadline) {
                throw new MisconfiguredException(
                        "the schema registry at " + config.get(ServiceKeys.SCHEMA_REGISTRY_URL)
                                + " has not answered for " + REGISTRY_TIMEOUT.toSeconds() + " s: "
                                + failure.getMessage()
                                + ". Start it, or set " + ServiceKeys.SCHEMA_REGISTRY_URL.name(),
                        failure);
            }
            LOG.warn("Waiting for the schema registry: {}", failure.toString());
            try {
                Thread.sleep(1000);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new MisconfiguredException("interrupted while waiting for the schema registry", e);
            }
        }
    }
}
