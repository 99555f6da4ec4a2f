package dev.driftline.identity;

import dev.driftline.config.DriftlineConfig;
import dev.driftline.config.MisconfiguredException;
import dev.driftline.config.keys.ServiceKeys;
import dev.driftline.config.keys.TopicKeys;
import dev.driftline.topics.CommittedRecords;
import dev.driftline.topics.Layout;
import dev.driftline.topics.Topic;
import dev.driftline.topics.TopicAdmin;
import dev.driftline.topics.TopicNames;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ExecutionException;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which application the topics of a prefix belong to, and which model it learns. One application has a prefix: a second one
 * would count the requests of the first, and each would take the other's replies.
 *
 * <p>Kept in the compacted topic {@link Topic#IDENTITY}, as text that a person can read:
 *
 * <table>
 * <caption>Records</caption>
 * <tr><th>key</th><th>value</th></tr>
 * <tr><td>{@code owner/APPLICATION}</td><td>{@code since=INSTANT}; written once, when the application first starts. The one
 *     with the lowest offset owns the prefix; an application that finds itself second takes its record back</td></tr>
 * <tr><td>{@code model/APPLICATION}</td><td>{@link ModelIdentity#text}, {@code topology=NUMBER} and,
 *     unless it is {@link Layout#SHARDS}, {@code layout=NAME}</td></tr>
 * <tr><td>{@code history/APPLICATION}</td><td>{@link ModelHistory#text}</td></tr>
 * </table>
 *
 * <p>Used by one thread.
 */
public final class PrefixOwner {

    /**
     * Number of the shape of the topology. It goes up whenever sub-topologies or their stores change, since instances of two
     * shapes cannot share a group.
     */
    public static final int TOPOLOGY = 1;

    private static final Logger LOG = LoggerFactory.getLogger(PrefixOwner.class);

    private static final String OWNER = "owner/";
    private static final String MODEL = "model/";
    private static final String HISTORY = "history/";
    private static final String TOPOLOGY_LINE = "topology=";
    private static final String LAYOUT_LINE = "layout=";

    private final DriftlineConfig config;
    private final String application;
    private final TopicPartition partition;

    /** @param config says where the brokers are, the prefix and the application */
    public PrefixOwner(DriftlineConfig config) {
        this.config = config;
        application = config.get(ServiceKeys.APPLICATION_ID);
        partition = new TopicPartition(TopicNames.of(config).name(Topic.IDENTITY), 0);
    }

    /** The application that the prefix belongs to; empty if to none. The topic must exist. */
    public Optional<String> owner() {
        return owner(read());
    }

    /** The application that the prefix belongs to; empty if to none, or if the topic that says so is not there. */
    public Optional<String> owner(TopicAdmin admin) {
        return admin.ids(List.of(partition.topic())).isEmpty() ? Optional.empty() : owner();
    }

    /**
     * Makes sure that the prefix belongs to this application and that its model is {@code model}, and notes both where nothing
     * was noted. What fits but is not equal, another smoothing or a newer shape of the topology, is noted anew if no instance
     * runs.
     *
     * @param layout of the topics that there are
     * @param admin asked for the members of the application's group
     * @throws MisconfiguredException if the prefix belongs to another application, if the model does not fit, or if instances
     *     run that this one cannot work with; with what to do about it
     */
    public void claim(ModelIdentity model, Layout layout, TopicAdmin admin) {
        Map<String, String> records = read();
        Optional<String> owner = owner(records);
        if (owner.isEmpty()) {
            requireNobody(
                    admin,
                    "of an earlier version, which cannot say whose the topics are",
                    noted -> noted.containsKey(OWNER + application));
            write(OWNER + application, "since=" + Instant.now().truncatedTo(ChronoUnit.SECONDS) + "\n");
            records = read();
            owner = owner(records);
            LOG.info("The topics {}* now belong to {}", prefix(), application);
        }
        if (!owner.equals(Optional.of(application))) {
            if (records.containsKey(OWNER + application)) {
                write(OWNER + application, null);
            }
            throw new MisconfiguredException(belongsToAnother(owner.orElse("another application")));
        }
        claimModel(model, layout, Optional.ofNullable(records.get(MODEL + application)), admin);
    }

    /**
     * Notes what of {@code model} has changed, if anything has. Called when nothing keeps the instance any more from starting: one that does
     * not start changes nothing.
     */
    public void noteStart(ModelIdentity model) {
        ModelHistory noted = history();
        ModelHistory history = noted.at(Instant.now(), config, model);
        if (!history.equals(noted)) {
            write(HISTORY + application, history.text());
        }
    }

    private ModelHistory history(Map<String, String> records) {
        return Optional.ofNullable(records.get(HISTORY + application))
                .map(ModelHistory::parse)
                .orElse(ModelHistory.UNKNOWN);
    }

    /** What is noted of changes of this application's model. */
    public ModelHistory history() {
        return history(read());
    }

    private void claimModel(ModelIdentity model, Layout layout, Optional<String> noted, TopicAdmin admin) {
        String wanted = text(model, layout);
        if (noted.equals(Optional.of(wanted))) {
            return;
        }
        if (noted.isPresent()) {
            List<String> misfits = model.misfits(ModelIdentity.parse(noted.get()));
            if (!misfits.isEmpty()) {
                throw new MisconfiguredException("the model of " + application + " does not fit the configuration: "
                        + String.join("; ", misfits) + ". To begin with an empty model instead, run `driftline reset`");
            }
            requireFits(layoutOf(noted.get()), layout);
            requireNobody(
                    admin,
                    "with another smoothing, another model.background, another layout or another version of the topology",
                    now -> wanted.equals(now.get(MODEL + application)));
            LOG.info(
                    "{} now learns and scores with smoothing {} and {}",
                    application,
                    model.smoothing(),
                    model.background().isEmpty() ? "no background" : "the background " + model.background());
        }
        write(MODEL + application, wanted);
    }

    private static Layout layoutOf(String noted) {
        return noted.lines()
                .filter(line -> line.startsWith(LAYOUT_LINE))
                .map(line -> Layout.labelled(line.substring(LAYOUT_LINE.length())))
                .findFirst()
                .orElse(Layout.SHARDS);
    }

    private void requireFits(Layout begun, Layout now) {
        if (begun.canBecome(now)) {
            return;
        }
        throw new MisconfiguredException("the model of " + application + " was begun with the layout " + begun.label()
                + ", and the topics that there are belong to the layout " + now.label()
                + ". To go on with the model, stop every instance"
                + names("; delete with kafka-topics.sh ", now.beside(begun))
                + names("; make again with the settings of `driftline topics definitions` ", begun.beside(now))
                + ". To begin with an empty model instead, run `driftline reset`");
    }

    private String names(String before, List<Topic> topics) {
        return topics.isEmpty()
                ? ""
                : before + topics.stream().map(TopicNames.of(config)::name).collect(Collectors.joining(" and "));
    }

    /** The model that is noted of this application; empty if none is. */
    public Optional<ModelIdentity> model() {
        return Optional.ofNullable(read().get(MODEL + application)).map(ModelIdentity::parse);
    }

    /** The record that notes {@code model} in a layout, for who writes it in a transaction of his own. */
    public ProducerRecord<byte[], byte[]> note(ModelIdentity model, Layout layout) {
        return new ProducerRecord<>(
                partition.topic(),
                partition.partition(),
                (MODEL + application).getBytes(StandardCharsets.UTF_8),
                text(model, layout).getBytes(StandardCharsets.UTF_8));
    }

    private static String text(ModelIdentity model, Layout layout) {
        // Up to 0.4.0 there was one layout, and no name of it.
        return model.text() + TOPOLOGY_LINE + TOPOLOGY + "\n"
                + (layout == Layout.SHARDS ? "" : LAYOUT_LINE + layout.label() + "\n");
    }

    /** Notes that the prefix belongs to this application, whoever had it; for a topic that was just made anew. */
    public void take() {
        write(OWNER + application, "since=" + Instant.now().truncatedTo(ChronoUnit.SECONDS) + "\n");
    }

    /** What somebody has to know who comes to topics of another application. */
    public String belongsToAnother(String owner) {
        return "the topics " + prefix() + "* belong to the application " + owner + ", and "
                + ServiceKeys.APPLICATION_ID.name()
                + " says " + application + ": set " + ServiceKeys.APPLICATION_ID.name() + "=" + owner
                + " to work on its model, or give " + application + " a " + TopicKeys.PREFIX.name()
                + " of its own. To take the topics over with an empty model, stop " + owner
                + " and run `driftline reset"
                + " --take-over " + owner + "`";
    }

    /** @param settled whether another instance has noted meanwhile what this one is about to note */
    private void requireNobody(TopicAdmin admin, String which, Predicate<Map<String, String>> settled) {
        int members = admin.members();
        if (members > 0 && !settled.test(read())) {
            throw new MisconfiguredException("instances of " + application + " run (" + members + " stream threads) "
                    + which + ": stop all of them, then start the new ones");
        }
    }

    private String prefix() {
        return config.get(TopicKeys.PREFIX);
    }

    private static Optional<String> owner(Map<String, String> records) {
        return records.keySet().stream()
                .filter(key -> key.startsWith(OWNER))
                .map(key -> key.substring(OWNER.length()))
                .findFirst();
    }

    /** What is in the topic, the lowest offset first. */
    private Map<String, String> read() {
        Map<String, String> records = new LinkedHashMap<>();
        new CommittedRecords(config)
                .read(
                        Map.of(partition, OptionalLong.empty()),
                        record -> {
                            String key = new String(record.key(), StandardCharsets.UTF_8);
                            // Removed first, so that a key stands where its newest record is.
                            records.remove(key);
                            if (record.value() != null) {
                                records.put(key, new String(record.value(), StandardCharsets.UTF_8));
                            }
                            return true;
                        },
                        count -> {});
        return records;
    }

    private void write(String key, @Nullable String value) {
        Map<String, Object> properties = new HashMap<>(config.clients().producer());
        properties.put(ProducerConfig.ACKS_CONFIG, "all");
        try (KafkaProducer<String, String> producer =
                new KafkaProducer<>(properties, new StringSerializer(), new StringSerializer())) {
            producer.send(new ProducerRecord<>(partition.topic(), partition.partition(), key, value))
                    .get();
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
