package dev.driftline.identity;

import dev.driftline.config.DriftlineConfig;
import dev.driftline.config.MisconfiguredException;
import dev.driftline.config.keys.ServiceKeys;
import dev.driftline.topics.Topic;
import dev.driftline.topics.TopicAdmin;
import dev.driftline.topics.TopicNames;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Begins with an empty model on purpose, for all instances at once: the changelogs, the committed offsets, what is under way
 * between scatter, shards and gather, and the networks go; texts and scores stay. Stores on the machines of the instances are
 * copies of the changelogs, and each instance deletes its own at its next start ({@link LocalState}).
 *
 * <p>Used by one thread.
 */
public final class StartOver {

    private static final Set<Topic> NETWORKS = Set.of(Topic.SNAPSHOTS, Topic.PROMOTIONS);

    private final DriftlineConfig config;
    private final TopicAdmin admin;
    private final String application;

    /** @param admin of {@code config}; stays the caller's to close */
    public StartOver(DriftlineConfig config, TopicAdmin admin) {
        this.config = config;
        this.admin = admin;
        application = config.get(ServiceKeys.APPLICATION_ID);
    }

    /**
     * Makes sure that the topics belong to this application, or to nobody, and that none of its instances runs.
     *
     * @throws MisconfiguredException if not, with what to do about it
     */
    public void requireMine() {
        owner().filter(owner -> !owner.equals(application)).ifPresent(owner -> {
            throw new MisconfiguredException(new PrefixOwner(config).belongsToAnother(owner));
        });
        requireStopped(application);
    }

    /**
     * Makes sure that the topics belong to {@code other}, and that neither its instances nor those of this application run.
     *
     * @throws MisconfiguredException if not, with what to do about it
     */
    public void requireTakenFrom(String other) {
        Optional<String> owner = owner();
        if (!owner.equals(Optional.of(other))) {
            throw new MisconfiguredException("the topics do not belong to " + other + ", but to "
                    + owner.orElse("nobody yet") + ": check --take-over, or leave it out");
        }
        requireStopped(other);
        requireStopped(application);
    }

    private Optional<String> owner() {
        return new PrefixOwner(config).owner(admin);
    }

    private void requireStopped(String of) {
        int members = admin.members(of);
        if (members > 0) {
            throw new MisconfiguredException("instances of " + of + " run: its consumer group has " + members
                    + " members. Stop every instance first; one that was killed counts for up to 20 s more");
        }
    }

    /**
     * What starting over deletes; the topics among it are made again, empty.
     *
     * @throws MisconfiguredException if a topic that stays has a number of partitions that the others could not go with
     */
    public TopicAdmin.Removal removal(boolean keepNetworks) {
        List<String> emptied = topics(keepNetworks);
        List<String> problems = admin.problems(admin.list().stream()
                .filter(state -> !emptied.contains(state.definition().name()))
                .toList());
        if (!problems.isEmpty()) {
            throw new MisconfiguredException(String.join(System.lineSeparator(), problems));
        }
        return admin.removal(emptied, true);
    }

    /** The topics that are emptied, full names. */
    public List<String> topics(boolean keepNetworks) {
        Stream<Topic> emptied = Arrays.stream(Topic.values())
                .filter(topic -> topic.isInternal() || topic == Topic.IDENTITY || NETWORKS.contains(topic))
                .filter(topic -> !keepNetworks || !NETWORKS.contains(topic));
        return emptied.map(TopicNames.of(config)::name).toList();
    }

    /** Deletes what {@code removal} lists, makes the topics again and notes whose they are. */
    public void run(TopicAdmin.Removal removal) {
        admin.delete(removal);
        admin.create();
        new PrefixOwner(config).take();
    }
}
