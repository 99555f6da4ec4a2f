package dev.driftline.cli.topics;

import dev.driftline.cli.options.ConfigOptions;
import dev.driftline.terminal.ExitCodes;
import dev.driftline.terminal.PlainJson;
import dev.driftline.topics.TopicAdmin;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
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
            "Records are at most as many as said: the brokers count the marks of transactions and what compaction removed."
        },
        footerHeading = "%nExample:%n",
        footer = "  driftline topics list --json")
final class ListTopicsCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Mixin
    private ConfigOptions config;

    @Option(names = "--json", description = "Print one JSON array.")
    private boolean json;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        try (TopicAdmin admin = new TopicAdmin(config.loadToConnect())) {
            List<TopicAdmin.State> states = admin.list();
            if (json) {
                out.println(PlainJson.pretty(
                        states.stream().map(ListTopicsCommand::asMap).toList()));
            } else {
                out.printf(Locale.ROOT, "%-34s %10s %15s%n", "topic", "partitions", "records at most");
                for (TopicAdmin.State state : states) {
                    String name = state.definition().name();
                    if (state.exists()) {
                        out.printf(Locale.ROOT, "%-34s %10d %15d%n", name, state.partitions(), state.recordsAtMost());
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

    private static Map<String, Object> asMap(TopicAdmin.State state) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("name", state.definition().name());
        map.put("exists", state.exists());
        map.put("partitions", state.partitions());
        map.put("records_at_most", state.recordsAtMost());
        map.put("differences", state.differences());
        return map;
    }
}
