package dev.driftline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.driftline.network.snapshots.TestSnapshots;
import dev.driftline.neural.snapshot.SnapshotFolder;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Every command that connects to Kafka says so when no broker is there. */
class BrokerAwayTest {

    /** Commands that take the settings of a service, and ask no broker. */
    private static final Set<String> OFFLINE = Set.of("topics definitions", "filter check", "filter try", "config");

    @TempDir
    Path folder;

    @Test
    void shouldSayWithinTwoSecondsThatItWaitsForTheBroker() throws Exception {
        Path text = Files.writeString(folder.resolve("text.txt"), "It rains.\n");
        Path snapshot = folder.resolve("snapshot");
        SnapshotFolder.write(TestSnapshots.snapshot(1, ""), snapshot);
        Map<String, List<String>> arguments = Map.of(
                "produce", List.of(text.toString()),
                "learn", List.of(text.toString()),
                "snapshots show", List.of("v1"),
                "snapshots export", List.of("v1", folder.resolve("v1").toString()),
                "snapshots import", List.of(snapshot.toString()),
                "snapshots promote", List.of("v1"),
                "topics delete", List.of("--yes"),
                "reshard", List.of("--shards", "4"),
                "retract", List.of("id"));
        Map<String, Future<String>> errors = new TreeMap<>();
        ExecutorService threads = Executors.newCachedThreadPool();
        try {
            connecting(Driftline.commandLine(), List.of()).forEach(command -> {
                List<String> line = new ArrayList<>(List.of(command.split(" ")));
                line.addAll(arguments.getOrDefault(command, List.of()));
                line.addAll(List.of("--bootstrap-servers", "127.0.0.1:1"));
                for (String timeout : List.of(
                        "admin.default.api.timeout.ms=2200",
                        "admin.request.timeout.ms=2000",
                        "consumer.default.api.timeout.ms=2200",
                        "producer.max.block.ms=2200")) {
                    line.addAll(List.of("--set", timeout));
                }
                Callable<String> run = () -> {
                    StringWriter err = new StringWriter();
                    Driftline.execute(
                            new PrintWriter(new StringWriter()),
                            new PrintWriter(err, true),
                            line.toArray(String[]::new));
                    return err.toString();
                };
                errors.put(command, threads.submit(run));
            });
            assertThat(errors)
                    .containsKeys("produce", "run", "scores", "snapshots list")
                    .hasSizeGreaterThan(12);
            SoftAssertions.assertSoftly(softly -> errors.forEach((command, err) -> softly.assertThat(of(err))
                    .as(command)
                    .contains("driftline: waiting for the broker at 127.0.0.1:1; Ctrl-C ends it")
                    .doesNotContain("\tat ")));
        } finally {
            threads.shutdownNow();
        }
    }

    private static String of(Future<String> err) {
        try {
            return err.get();
        } catch (ExecutionException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Stream<String> connecting(CommandLine command, List<String> path) {
        return command.getSubcommands().entrySet().stream().flatMap(sub -> {
            List<String> below =
                    Stream.concat(path.stream(), Stream.of(sub.getKey())).toList();
            String name = String.join(" ", below);
            boolean leaf = sub.getValue().getSubcommands().isEmpty();
            boolean connects = sub.getValue().getCommandSpec().findOption("--bootstrap-servers") != null
                    && !OFFLINE.contains(name);
            return leaf ? Stream.of(name).filter(one -> connects) : connecting(sub.getValue(), below);
        });
    }
}
