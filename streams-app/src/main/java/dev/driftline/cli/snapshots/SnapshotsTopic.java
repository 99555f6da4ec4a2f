package dev.driftline.cli.snapshots;

import dev.driftline.cli.options.ConfigOptions;
import dev.driftline.config.DriftlineConfig;
import dev.driftline.network.snapshots.SnapshotArchive;
import dev.driftline.network.snapshots.SnapshotChoiceException;
import dev.driftline.network.snapshots.SnapshotMessages;
import dev.driftline.network.snapshots.SnapshotPublisher;
import dev.driftline.network.snapshots.SnapshotSwitch;
import dev.driftline.schemas.PromotionDecision;
import dev.driftline.terminal.CommandFailedException;
import dev.driftline.terminal.Screen;
import dev.driftline.topics.Topic;
import dev.driftline.topics.TopicNames;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The snapshots topic of the configured service, read and written with progress on standard error. Use as {@code @Mixin}. */
final class SnapshotsTopic {

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Mixin
    private ConfigOptions options;

    /** The configuration of the service. */
    DriftlineConfig config() {
        return options.loadToConnect();
    }

    /** Where results are printed. */
    PrintWriter out() {
        return spec.commandLine().getOut();
    }

    /**
     * Reads descriptions of all snapshots, without their weights.
     *
     * @throws CommandFailedException if there is no such topic
     */
    SnapshotArchive read(DriftlineConfig config) {
        return read(config, version -> false);
    }

    /** As {@link #read(DriftlineConfig)}, with the weights of the versions that are {@code wanted}. */
    SnapshotArchive read(DriftlineConfig config, Predicate<String> wanted) {
        String topic = TopicNames.of(config).name(Topic.SNAPSHOTS);
        try (Screen screen = Screen.on(spec.commandLine().getErr())) {
            return SnapshotArchive.read(
                    config,
                    wanted,
                    (share, bytes) -> screen.block(List.of(String.format(
                            Locale.ROOT, "Reading %s: %3.0f %%, %s", topic, 100 * share, SnapshotText.bytes(bytes)))));
        } catch (UnknownTopicOrPartitionException e) {
            throw ConfigOptions.noTopic(topic);
        }
    }

    /**
     * Reads descriptions of all snapshots and chooses one.
     *
     * @throws CommandFailedException if {@code choice} refuses
     */
    <T> T choose(DriftlineConfig config, Function<SnapshotSwitch, T> choice) {
        try (SnapshotArchive archive = read(config)) {
            return choice.apply(new SnapshotSwitch(config, archive.catalog()));
        } catch (SnapshotChoiceException e) {
            throw new CommandFailedException(e.getMessage());
        }
    }

    /** Writes {@code messages} and the record of the {@code decision} in one transaction. */
    void send(DriftlineConfig config, List<SnapshotMessages.Message> messages, Optional<PromotionDecision> decision) {
        long total = messages.stream().mapToLong(SnapshotsTopic::length).sum();
        try (Screen screen = Screen.on(spec.commandLine().getErr())) {
            long[] sent = new long[1];
            new SnapshotPublisher(config).send(messages, decision, count -> {
                sent[0] += length(messages.get(count - 1));
                screen.block(List.of("Sending " + SnapshotText.bytes(sent[0]) + " of " + SnapshotText.bytes(total)));
            });
        }
    }

    private static long length(SnapshotMessages.Message message) {
        return message.value() == null ? 0 : message.value().length;
    }
}
