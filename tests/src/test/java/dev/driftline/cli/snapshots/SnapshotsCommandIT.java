package dev.driftline.cli.snapshots;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.driftline.config.DriftlineConfig;
import dev.driftline.network.snapshots.SnapshotMessages;
import dev.driftline.network.snapshots.SnapshotPublisher;
import dev.driftline.neural.Tensor;
import dev.driftline.neural.snapshot.Safetensors;
import dev.driftline.neural.snapshot.Snapshot;
import dev.driftline.neural.snapshot.SnapshotFolder;
import dev.driftline.neural.snapshot.TorchLayout;
import dev.driftline.schemas.Decision;
import dev.driftline.schemas.PromotionDecision;
import dev.driftline.schemas.SchemaRegistrySerdes;
import dev.driftline.terminal.ExitCodes;
import dev.driftline.testing.Cluster;
import dev.driftline.testing.CommandLine;
import dev.driftline.testing.DriftlineProcess.Result;
import dev.driftline.testing.LargeSnapshots;
import dev.driftline.topics.Topic;
import dev.driftline.topics.TopicAdmin;
import dev.driftline.topics.TopicNames;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code driftline snapshots} against a real broker. */
class SnapshotsCommandIT {

    private static final Snapshot FIRST = LargeSnapshots.snapshot(1, null);
    private static final Snapshot SECOND = LargeSnapshots.snapshot(2, FIRST.version());

    @TempDir
    static Path directory;

    private static Cluster cluster;

    private String prefix;
    private String out;
    private String err;

    @BeforeAll
    static void share(Cluster shared) {
        cluster = shared;
    }

    private DriftlineConfig service(String name) {
        prefix = name;
        DriftlineConfig config = DriftlineConfig.of(Map.of(
                "bootstrap.servers",
                cluster.bootstrapServers(),
                "schema.registry.url",
                "mock://" + name,
                "topics.prefix",
                name + "."));
        try (TopicAdmin admin = new TopicAdmin(config)) {
            admin.create();
            admin.registerSchemas();
        }
        return config;
    }

    private static void publish(DriftlineConfig config, Snapshot snapshot) {
        new SnapshotPublisher(config).send(SnapshotMessages.publish(snapshot), Optional.empty(), sent -> {});
    }

    @Test
    void shouldSayWhatIsMissing() {
        service("empty");
        assertThat(run("list")).isZero();
        assertThat(out).contains("there are no snapshots on empty.snapshots.v1 yet", "driftline snapshots import");
        assertThat(run("list", "--json")).isZero();
        assertThat(out.strip()).isEqualTo("[ ]");
        assertThat(run("rollback")).isEqualTo(ExitCodes.FAILED);
        assertThat(err).contains("there are no snapshots");
        prefix = "nowhere";
        assertThat(run("list")).isEqualTo(ExitCodes.FAILED);
        assertThat(err).contains("there is no topic nowhere.snapshots.v1", "driftline topics create");
    }

    @Test
    void shouldListPromoteAndRollBackAndRecordWhoDidIt() throws Exception {
        DriftlineConfig config = service("moves");
        publish(config, FIRST);
        publish(config, SECOND);
        List<SnapshotMessages.Message> torn =
                new ArrayList<>(SnapshotMessages.publish(LargeSnapshots.snapshot(3, SECOND.version())));
        torn.remove(0);
        new SnapshotPublisher(config).send(torn, Optional.empty(), sent -> {});

        assertThat(run("list")).isZero();
        assertThat(out).contains(FIRST.version(), SECOND.version(), "torn: chunk 1 of 3", "No snapshot is active");
        assertThat(run("rollback")).isEqualTo(ExitCodes.FAILED);
        assertThat(err).contains("no snapshot is active: name one of " + FIRST.version());
        assertThat(run("promote", "3")).isEqualTo(ExitCodes.FAILED);
        assertThat(err).contains("cannot be used: it is torn");
        assertThat(run("promote", "9")).isEqualTo(ExitCodes.FAILED);
        assertThat(err).contains("no snapshot is called 9: there are " + FIRST.version() + ", " + SECOND.version());
        assertThat(run("promote", "0")).isEqualTo(ExitCodes.FAILED);
        assertThat(err).contains("more than one snapshot is 0");

        assertThat(run("promote", "2", "--reason", "looks good")).isZero();
        assertThat(out).contains("active: " + SECOND.version() + " (was none)");
        assertThat(run("promote", SECOND.version())).isZero();
        assertThat(out).contains("is active already");
        assertThat(run("list", "--json")).isZero();
        JsonNode list = new ObjectMapper().readTree(out);
        assertThat(list).hasSize(3);
        assertThat(list.get(1).get("active").asBoolean()).isTrue();
        assertThat(list.get(1).get("parent").asText()).isEqualTo(FIRST.version());
        assertThat(list.get(2).get("complete").asBoolean()).isFalse();

        assertThat(run("rollback")).isZero();
        assertThat(out).contains("active: " + FIRST.version() + " (was " + SECOND.version() + ")");
        assertThat(run("rollback")).isEqualTo(ExitCodes.FAILED);
        assertThat(err).contains("has no parent to go back to");
        assertThat(run("show")).isZero();
        assertThat(out)
                .contains("version        " + FIRST.version(), "gru 60/60", "4000 words", "state          active");

        List<PromotionDecision> decisions = decisions(config, 2);
        assertThat(decisions).extracting(PromotionDecision::getDecision).containsOnly(Decision.OPERATOR);
        assertThat(decisions.get(0).getCandidate()).isEqualTo(SECOND.version());
        assertThat(decisions.get(0).getIncumbent()).isNull();
        assertThat(decisions.get(0).getParent()).isEqualTo(FIRST.version());
        assertThat(decisions.get(0).getReason()).isEqualTo("promoted by an operator: looks good");
        assertThat(decisions.get(1).getCandidate()).isEqualTo(FIRST.version());
        assertThat(decisions.get(1).getIncumbent()).isEqualTo(SECOND.version());
        assertThat(decisions.get(1).getReason()).isEqualTo("rolled back by an operator");
    }

    @Test
    void shouldTakeASnapshotOutAndPutItIntoAnotherService() throws Exception {
        DriftlineConfig config = service("from");
        publish(config, FIRST);
        publish(config, SECOND);
        assertThat(run("promote", "2")).isZero();
        Path folder = directory.resolve("exported");
        Path file = directory.resolve("exported.safetensors");
        assertThat(run("export", "active", folder.toString())).isZero();
        assertThat(run("export", "1", file.toString())).isZero();
        assertThat(SnapshotFolder.read(folder).manifest()).isEqualTo(SECOND.manifest());
        assertThat(SnapshotFolder.read(file).manifest()).isEqualTo(FIRST.manifest());
        assertThat(run("show", folder.toString(), "--json")).isZero();
        assertThat(new ObjectMapper().readTree(out).get("version").asText()).isEqualTo(SECOND.version());
        assertThat(run("export", "1", file.toString())).isEqualTo(ExitCodes.USAGE);
        assertThat(err).contains("exists: name another, or replace it with --overwrite");
        assertThat(run("export", "1", file.toString(), "--overwrite")).isZero();
        assertThat(run("export", "1", directory.toString(), "--overwrite")).isEqualTo(ExitCodes.FAILED);
        assertThat(err).contains("not a snapshot");

        service("to");
        assertThat(run("import", folder.toString())).isZero();
        assertThat(out).contains("imported " + SECOND.version(), "driftline snapshots promote " + SECOND.version());
        assertThat(run("import", folder.toString(), "--activate")).isZero();
        assertThat(out).contains("was there already", "active: " + SECOND.version());
        assertThat(run("rollback")).isEqualTo(ExitCodes.FAILED);
        assertThat(err).contains("the parent of the active snapshot, " + FIRST.version() + ", is not on the topic");

        // Trained on elsewhere and saved under the same name: another version, with the exported one as its parent.
        Path weights = folder.resolve(SnapshotFolder.WEIGHTS);
        Safetensors tensors = Safetensors.read(weights);
        tensors.tensors().get(0).data()[0] += 1;
        Files.write(weights, tensors.toBytes());
        assertThat(run("import", folder.toString())).isZero();
        assertThat(out).contains("imported 000003-", "imported as a version derived from that one");
        assertThat(run("show", "3", "--json")).isZero();
        assertThat(new ObjectMapper().readTree(out).get("parent").asText()).isEqualTo(SECOND.version());
    }

    @Test
    void shouldImportTensorsThatHaveNeverSeenDriftline() throws Exception {
        service("foreign");
        List<Tensor> tensors = new ArrayList<>();
        for (Tensor tensor : TorchLayout.expand(FIRST.network())) {
            tensors.add(new Tensor(tensor.name().replace("rnn.", "gru."), tensor.shape(), tensor.data()));
        }
        Path file = Files.write(directory.resolve("foreign.safetensors"), new Safetensors(Map.of(), tensors).toBytes());
        List<String> words = new ArrayList<>(FIRST.network().vocabulary().words());
        words.set(1, "END");
        Path vocabulary = Files.write(directory.resolve("words.txt"), words);

        assertThat(run("import", file.toString())).isEqualTo(ExitCodes.FAILED);
        assertThat(err).contains("--vocabulary FILE");
        assertThat(run("import", file.toString(), "--vocabulary", vocabulary.toString()))
                .isEqualTo(ExitCodes.FAILED);
        assertThat(err).contains("--rename");
        assertThat(run("import", file.toString(), "--vocabulary", vocabulary.toString(), "--rename", "gru=rnn"))
                .isEqualTo(ExitCodes.FAILED);
        assertThat(err).contains("--end WORD");
        assertThat(run(
                        "import",
                        file.toString(),
                        "--vocabulary",
                        vocabulary.toString(),
                        "--rename",
                        "gru=rnn",
                        "--end",
                        "END",
                        "--activate"))
                .isZero();
        assertThat(out).contains("imported 000001-", "gru 60/60, 4000 words", "neural.model is lstm here");
        assertThat(run("import", directory.resolve("nothing").toString())).isEqualTo(ExitCodes.FAILED);
        assertThat(err).contains("no such file");
        Path cut = directory.resolve("cut.safetensors");
        byte[] bytes = Files.readAllBytes(file);
        Files.write(cut, Arrays.copyOf(bytes, bytes.length - 100));
        assertThat(run("import", cut.toString(), "--vocabulary", vocabulary.toString()))
                .isEqualTo(ExitCodes.FAILED);
        assertThat(err).contains("cut.safetensors: cut short");
        assertThat(err.lines()).hasSize(1);
    }

    private static List<PromotionDecision> decisions(DriftlineConfig config, int count) {
        SchemaRegistrySerdes serdes = new SchemaRegistrySerdes(config.clients().schemaRegistry());
        List<PromotionDecision> decisions = new ArrayList<>();
        try (KafkaConsumer<String, PromotionDecision> consumer = new KafkaConsumer<>(
                new HashMap<>(config.clients().consumer()),
                new StringDeserializer(),
                serdes.deserializer(PromotionDecision.class))) {
            TopicPartition partition = new TopicPartition(TopicNames.of(config).name(Topic.PROMOTIONS), 0);
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            await().atMost(Duration.ofSeconds(30)).until(() -> {
                consumer.poll(Duration.ofMillis(200)).forEach(record -> decisions.add(record.value()));
                return decisions.size() >= count;
            });
        }
        return decisions;
    }

    private int run(String... arguments) {
        List<String> all = new ArrayList<>(List.of("snapshots"));
        all.addAll(List.of(arguments));
        all.addAll(List.of(
                "--bootstrap-servers",
                cluster.bootstrapServers(),
                "--registry-url",
                "mock://" + prefix,
                "--set",
                "topics.prefix=" + prefix + "."));
        Result result = CommandLine.run(all);
        out = result.out();
        err = result.err();
        return result.exitCode();
    }
}
