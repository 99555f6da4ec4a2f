package dev.driftline.topics;

import dev.driftline.config.DriftlineConfig;
import dev.driftline.config.keys.ServiceKeys;
import dev.driftline.config.keys.TopicKeys;
import dev.driftline.schemas.SchemaRegistrySerdes;
import dev.driftline.schemas.Subjects;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.FinalizedVersionRange;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.GroupState;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/**
 * Creates, lists and deletes Driftline's topics and registers their schemas. Calls block until the brokers have answered,
 * and throw the broker's {@link KafkaException} if it refuses. Close it after use. Not thread-safe.
 */
public final class TopicAdmin implements AutoCloseable {

    private static final Duration VISIBLE_TIMEOUT = Duration.ofSeconds(30);

    private final DriftlineConfig config;
    private final Admin admin;

    /** Does not contact the brokers yet. */
    public TopicAdmin(DriftlineConfig config) {
        this.config = config;
        this.admin = Admin.create(config.clients().admin());
    }

    /**
     * A topic as the brokers have it.
     *
     * @param definition the topic as it should be
     * @param partitions number of its partitions; 0 if it does not exist
     * @param recordsAtMost number of offsets that its logs span, the marks of transactions and what compaction removed
     *     among them; 0 if it does not exist
     * @param differences settings that differ from the definition, each as {@code name=is (Driftline's: should be)}
     */
    public record State(TopicDefinition definition, int partitions, long recordsAtMost, List<String> differences) {

        /** Whether the topic exists. */
        public boolean exists() {
            return partitions > 0;
        }
    }

    /**
     * What {@link #create()} did.
     *
     * @param created names of the topics that it created
     * @param states every topic afterwards
     */
    public record Created(Set<String> created, List<State> states) {}

    /**
     * Creates the topics that are missing. Those that exist stay as they are.
     *
     * @throws TopicMismatchException if existing topics do not fit each other or the configuration; then nothing is created
     */
    public Created create() {
        List<State> before = list();
        List<String> problems = problems(before);
        if (!problems.isEmpty()) {
            throw new TopicMismatchException(String.join(System.lineSeparator(), problems));
        }
        Set<String> created = new TreeSet<>();
        List<NewTopic> missing = before.stream()
                .filter(state -> !state.exists())
                .map(state -> state.definition().toNewTopic())
                .toList();
        admin.createTopics(missing).values().forEach((name, future) -> {
            try {
                await(future);
                created.add(name);
            } catch (TopicExistsException e) {
                // Another instance was faster. Its topic is listed below like any other.
            }
        });
        Set<String> expected =
                before.stream().map(state -> state.definition().name()).collect(Collectors.toCollection(TreeSet::new));
        await("created topics to be visible", () -> describe(expected).keySet().equals(expected));
        return new Created(created, list());
    }

    /**
     * What keeps a service from working on topics, each with what to do about it.
     *
     * @param states of those that exist
     */
    public List<String> problems(List<State> states) {
        Map<Topic, Integer> existing = new EnumMap<>(Topic.class);
        for (State state : states) {
            Topic topic = state.definition().topic();
            // Others are what a filter routes documents to.
            if (state.exists()
                    && state.definition().name().equals(TopicNames.of(config).name(topic))) {
                existing.put(topic, state.partitions());
            }
        }
        int shards = config.get(TopicKeys.SHARDS);
        return Layout.refusal(shards, existing, TopicNames.of(config))
                .map(List::of)
                .orElseGet(() ->
                        PartitionAdvice.of(states, Layout.of(shards, config.get(TopicKeys.PARTITIONS), existing)));
    }

    /** The layout of a service with the topics that exist. */
    public Layout layout() {
        return layout(existing());
    }

    private Layout layout(Map<String, TopicDescription> existing) {
        return Layout.of(config.get(TopicKeys.SHARDS), config.get(TopicKeys.PARTITIONS), partitions(existing));
    }

    private Map<Topic, Integer> partitions(Map<String, TopicDescription> existing) {
        Map<Topic, Integer> partitions = new EnumMap<>(Topic.class);
        for (Topic topic : Topic.values()) {
            TopicDescription description = existing.get(TopicNames.of(config).name(topic));
            if (description != null) {
                partitions.put(topic, description.partitions().size());
            }
        }
        return partitions;
    }

    /** Registers the schemas of the public topics, each subject with BACKWARD compatibility. */
    public List<Subjects.Registered> registerSchemas() {
        try (SchemaRegistryClient client =
                new SchemaRegistrySerdes(config.clients().schemaRegistry()).client()) {
            return new Subjects(client).register(TopicDefinitions.of(config).recordTypes());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot close the schema registry client", e);
        }
    }

    /**
     * The level of the feature {@code transaction.version} that the brokers have agreed on; 0 where they know none, as before
     * Kafka 4.0.
     */
    public int transactionVersion() {
        FinalizedVersionRange range = await(admin.describeFeatures().featureMetadata())
                .finalizedFeatures()
                .get("transaction.version");
        return range == null ? 0 : range.maxVersionLevel();
    }

    /**
     * Every topic of the configuration, in the layout of those that exist, as the brokers have it, in the order of
     * {@link TopicDefinitions#all()}; then those of other layouts that exist.
     */
    public List<State> list() {
        Map<String, TopicDescription> existing = existing();
        Layout layout = layout(existing);
        List<TopicDefinition> definitions =
                new ArrayList<>(TopicDefinitions.of(config, layout).all());
        partitions(existing).keySet().stream()
                .filter(topic -> !layout.has(topic))
                .forEach(topic -> definitions.add(TopicDefinitions.define(topic, config)));
        Map<String, Config> settings = settings(existing.keySet());
        Map<String, Long> records = records(existing.values());
        List<State> states = new ArrayList<>();
        for (TopicDefinition definition : definitions) {
            String name = definition.name();
            TopicDescription description = existing.get(name);
            if (description == null) {
                states.add(new State(definition, 0, 0, List.of()));
            } else {
                states.add(new State(
                        definition,
                        description.partitions().size(),
                        records.getOrDefault(name, 0L),
                        differences(definition, Objects.requireNonNull(settings.get(name), name))));
            }
        }
        return states;
    }

    /** {@code max.message.bytes} of those topics of the configuration and changelogs of {@code application.id} that exist. */
    public Map<String, Integer> maxMessageBytes() {
        Set<String> names = new TreeSet<>(Changelogs.of(config.get(ServiceKeys.APPLICATION_ID)));
        names.addAll(names());
        Map<String, Integer> bytes = new TreeMap<>();
        settings(describe(names).keySet()).forEach((name, settings) -> {
            ConfigEntry entry = settings.get(TopicConfig.MAX_MESSAGE_BYTES_CONFIG);
            if (entry != null) {
                bytes.put(name, Integer.parseInt(entry.value()));
            }
        });
        return bytes;
    }

    /**
     * A topic that {@link #removal} found.
     *
     * @param name full name
     * @param recordsAtMost as {@link State#recordsAtMost}
     */
    public record Found(String name, long recordsAtMost) {}

    /**
     * What a deletion would delete: exactly this, and nothing whose name only begins alike.
     *
     * @param topics those that exist, by name
     * @param group the consumer group with its committed offsets; empty if there is none, or it is to stay
     */
    public record Removal(List<Found> topics, Optional<String> group) {

        /** Whether there is nothing to delete. */
        public boolean isEmpty() {
            return topics.isEmpty() && group.isEmpty();
        }

        /** The names of the topics. */
        public Set<String> names() {
            return topics.stream().map(Found::name).collect(Collectors.toCollection(TreeSet::new));
        }
    }

    /** What there is of every topic of the configuration and, {@code withState}, of the state of {@code application.id}. */
    public Removal removal(boolean withState) {
        return removal(names(), withState);
    }

    /** As {@link #removal(boolean)}, of some topics. */
    public Removal removal(Collection<String> topics, boolean withState) {
        String application = config.get(ServiceKeys.APPLICATION_ID);
        Set<String> names = new TreeSet<>(topics);
        if (withState) {
            names.addAll(Changelogs.of(application));
        }
        Map<String, TopicDescription> existing = describe(names);
        Map<String, Long> records = records(existing.values());
        return new Removal(
                existing.keySet().stream()
                        .map(name -> new Found(name, records.getOrDefault(name, 0L)))
                        .toList(),
                withState && groupExists() ? Optional.of(application) : Optional.empty());
    }

    /**
     * Deletes what {@code removal} lists and waits until it is gone. The group goes first: brokers refuse that while it has
     * a member, and then nothing is deleted.
     */
    public void delete(Removal removal) {
        removal.group().ifPresent(this::deleteGroup);
        Set<String> names = removal.names();
        admin.deleteTopics(names).topicNameValues().values().forEach(future -> {
            try {
                await(future);
            } catch (UnknownTopicOrPartitionException e) {
                // Already deleted by somebody else.
            }
        });
        await("deleted topics to be gone", () -> {
            Set<String> left = new TreeSet<>(await(admin.listTopics().names()));
            left.retainAll(names);
            return left.isEmpty();
        });
    }

    private void deleteGroup(String group) {
        try {
            await(admin.deleteConsumerGroups(List.of(group)).all());
        } catch (GroupIdNotFoundException e) {
            // Already deleted by somebody else.
        }
    }

    /** The members of the consumer group of {@code application.id}: its stream threads, on all instances. */
    public int members() {
        return members(config.get(ServiceKeys.APPLICATION_ID));
    }

    /** The members of the consumer group of another application. */
    public int members(String application) {
        return group(application)
                .map(ConsumerGroupDescription::members)
                .map(Collection::size)
                .orElse(0);
    }

    /** The offset of a partition that {@code application.id} has committed; empty if none. */
    public OptionalLong committed(TopicPartition partition) {
        try {
            OffsetAndMetadata committed = await(admin.listConsumerGroupOffsets(config.get(ServiceKeys.APPLICATION_ID))
                            .partitionsToOffsetAndMetadata())
                    .get(partition);
            return committed == null ? OptionalLong.empty() : OptionalLong.of(committed.offset());
        } catch (GroupIdNotFoundException e) {
            return OptionalLong.empty();
        }
    }

    private boolean groupExists() {
        return group(config.get(ServiceKeys.APPLICATION_ID)).isPresent();
    }

    private Optional<ConsumerGroupDescription> group(String application) {
        try {
            ConsumerGroupDescription group = Objects.requireNonNull(
                    await(admin.describeConsumerGroups(List.of(application)).all())
                            .get(application));
            // What brokers before 3.7 say of a group that they do not know.
            return group.groupState() == GroupState.DEAD ? Optional.empty() : Optional.of(group);
        } catch (GroupIdNotFoundException e) {
            return Optional.empty();
        }
    }

    /** The ids of those of {@code topics} that exist, by name. */
    public Map<String, Uuid> ids(Collection<String> topics) {
        Map<String, Uuid> ids = new TreeMap<>();
        describe(topics).forEach((name, description) -> ids.put(name, description.topicId()));
        return ids;
    }

    /** How many partitions those of {@code topics} that exist have, by name. */
    public Map<String, Integer> partitions(Collection<String> topics) {
        Map<String, Integer> partitions = new TreeMap<>();
        describe(topics)
                .forEach((name, description) ->
                        partitions.put(name, description.partitions().size()));
        return partitions;
    }

    /** Gives a topic that has fewer partitions so many, and waits until they are there. */
    public void grow(String topic, int partitions) {
        if (partitions(List.of(topic)).getOrDefault(topic, 0) < partitions) {
            await(admin.createPartitions(Map.of(topic, NewPartitions.increaseTo(partitions)))
                    .all());
            await("new partitions of " + topic, () -> partitions(List.of(topic)).getOrDefault(topic, 0) == partitions);
        }
    }

    @Override
    public void close() {
        admin.close();
    }

    private Map<String, TopicDescription> existing() {
        return describe(names());
    }

    /** The topics of every layout. */
    private Set<String> names() {
        Set<String> names = new TreeSet<>();
        for (Topic topic : Topic.values()) {
            names.add(TopicNames.of(config).name(topic));
        }
        TopicDefinitions.of(config).all().forEach(definition -> names.add(definition.name()));
        return names;
    }

    private Map<String, TopicDescription> describe(Collection<String> names) {
        Map<String, TopicDescription> existing = new TreeMap<>();
        admin.describeTopics(names).topicNameValues().forEach((name, future) -> {
            try {
                existing.put(name, await(future));
            } catch (UnknownTopicOrPartitionException e) {
                // It does not exist, and is left out.
            }
        });
        return existing;
    }

    private Map<String, Config> settings(Collection<String> names) {
        Set<ConfigResource> resources = names.stream()
                .map(name -> new ConfigResource(ConfigResource.Type.TOPIC, name))
                .collect(Collectors.toSet());
        return await(admin.describeConfigs(resources).all()).entrySet().stream()
                .collect(Collectors.toMap(entry -> entry.getKey().name(), Map.Entry::getValue));
    }

    private Map<String, Long> records(Collection<TopicDescription> topics) {
        Map<TopicPartition, OffsetSpec> first = new TreeMap<>(TopicAdmin::compare);
        topics.forEach(topic -> topic.partitions()
                .forEach(partition ->
                        first.put(new TopicPartition(topic.name(), partition.partition()), OffsetSpec.earliest())));
        Map<TopicPartition, OffsetSpec> last = new TreeMap<>(TopicAdmin::compare);
        first.keySet().forEach(partition -> last.put(partition, OffsetSpec.latest()));
        Map<TopicPartition, ListOffsetsResultInfo> begin =
                await(admin.listOffsets(first).all());
        Map<TopicPartition, ListOffsetsResultInfo> end =
                await(admin.listOffsets(last).all());
        Map<String, Long> records = new TreeMap<>();
        begin.forEach((partition, offset) -> records.merge(partition.topic(), -offset.offset(), Long::sum));
        end.forEach((partition, offset) -> records.merge(partition.topic(), offset.offset(), Long::sum));
        return records;
    }

    private static int compare(TopicPartition a, TopicPartition b) {
        int names = a.topic().compareTo(b.topic());
        return names != 0 ? names : Integer.compare(a.partition(), b.partition());
    }

    private static List<String> differences(TopicDefinition definition, Config actual) {
        List<String> differences = new ArrayList<>();
        definition.settings().forEach((name, wanted) -> {
            ConfigEntry entry = actual.get(name);
            String is = entry == null ? "unset" : entry.value();
            boolean larger = name.equals(TopicConfig.MAX_MESSAGE_BYTES_CONFIG)
                    && entry != null
                    && Long.parseLong(is) >= Long.parseLong(wanted);
            if (!is.equals(wanted) && !larger) {
                differences.add(name + "=" + is + " (Driftline's: " + wanted + ")");
            }
        });
        return differences;
    }

    /** Polls until {@code done}: brokers see changes of the controller with a delay. */
    private static void await(String what, BooleanSupplier done) {
        CountDownLatch pause = new CountDownLatch(1);
        long deadline = System.nanoTime() + VISIBLE_TIMEOUT.toNanos();
        try {
            while (!done.getAsBoolean()) {
                if (System.nanoTime() > deadline) {
                    throw new TimeoutException("waited " + VISIBLE_TIMEOUT.toSeconds() + " s for " + what);
                }
                pause.await(50, TimeUnit.MILLISECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptException(e);
        }
    }

    private static <T> T await(KafkaFuture<T> future) {
        try {
            return future.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof KafkaException refused) {
                throw refused;
            }
            throw new KafkaException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptException(e);
        }
    }
}
