package dev.driftline.cli.topics;

import dev.driftline.cli.options.ConfigOptions;
import dev.driftline.config.DriftlineConfig;
import dev.driftline.terminal.ExitCodes;
import dev.driftline.terminal.PlainJson;
import dev.driftline.terminal.ProgressLine;
import dev.driftline.terminal.Screen;
import dev.driftline.topics.CommittedRecords;
import dev.driftline.topics.TopicAdmin;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.apache.kafka.common.TopicPartition;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code driftline topics list}. */
@Command(
        name = "list",
        mixinStandardHelpOptions = true,
        description = {
            "List the topics as they are: partitions, records, and settings that differ from Driftline's.",
            "Records are at most as many as said: the brokers count the marks of transactions and what compaction removed. "
                    + "With --count they are read and counted."
        },
        footerHeading = "%nExample:%n",
        footer = {"  driftline topics list --json", "  driftline topics list --count"})
final class ListTopicsCommand implements Callable<Integer> {

    private static final Duration PRINTED = Duration.ofSeconds(5);

    @Spec
    private CommandSpec spec;

    @Mixin
    private ConfigOptions config;

    @Option(names = "--json", description = "Print one JSON array.")
    private boolean json;

    @Option(
            names = "--count",
            description =
                    "Read every topic to its end and say how many records it holds. Takes as long as reading does.")
    private boolean count;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        DriftlineConfig loaded = config.loadToConnect();
        try (TopicAdmin admin = new TopicAdmin(loaded)) {
            List<TopicAdmin.State> states = admin.list();
            Map<String, Long> counted = count ? count(loaded, states) : Map.of();
            if (json) {
                out.println(PlainJson.pretty(
                        states.stream().map(state -> asMap(state, counted)).toList()));
            } else {
                out.printf(
                        Locale.ROOT, "%-34s %10s %15s%n", "topic", "partitions", count ? "records" : "records at most");
                for (TopicAdmin.State state : states) {
                    String name = state.definition().name();
                    if (state.exists()) {
                        out.printf(
                                Locale.ROOT,
                                "%-34s %10d %15d%n",
                                name,
                                state.partitions(),
                                counted.getOrDefault(name, state.recordsAtMost()));
                    } else {
                        out.printf(Locale.ROOT, "%-34s %10s%n", name, "missing");
                    }
                    state.differences().forEach(difference -> out.println("  note: " + difference));
                }
                if (states.stream().noneMatch(TopicAdmin.State::exists)) {
                    out.println("None exists: create them with `driftline topics create`.");
                }
            }
        }
        out.flush();
        return ExitCodes.OK;
    }

    private Map<String, Long> count(DriftlineConfig loaded, List<TopicAdmin.State> states) {
        Map<String, Long> counted = new TreeMap<>();
        Map<TopicPartition, OptionalLong> from = new HashMap<>();
        states.stream().filter(TopicAdmin.State::exists).forEach(state -> {
            String topic = state.definition().name();
            counted.put(topic, 0L);
            IntStream.range(0, state.partitions())
                    .forEach(partition -> from.put(new TopicPartition(topic, partition), OptionalLong.empty()));
        });
        try (Screen screen = Screen.on(spec.commandLine().getErr())) {
            ProgressLine line = new ProgressLine(screen, PRINTED);
            new CommittedRecords(loaded)
                    .read(
                            from,
                            record -> {
                                counted.merge(record.topic(), 1L, Long::sum);
                                return true;
                            },
                            records -> line.show(() -> String.format(Locale.ROOT, "%,d records counted", records)));
            screen.clear();
            return counted;
        }
    }

    private static Map<String, Object> asMap(TopicAdmin.State state, Map<String, Long> counted) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("name", state.definition().name());
        map.put("exists", state.exists());
        map.put("partitions", state.partitions());
        map.put("records_at_most", state.recordsAtMost());
        Long records = counted.get(state.definition().name());
        if (records != null) {
            map.put("records", records);
        }
        map.put("differences", state.differences());
        return map;
    }
}
