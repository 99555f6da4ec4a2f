package dev.driftline.cli.topics;

import dev.driftline.cli.options.ConfigOptions;
import dev.driftline.config.DriftlineConfig;
import dev.driftline.terminal.ExitCodes;
import dev.driftline.terminal.PlainJson;
import dev.driftline.topics.TopicDefinition;
import dev.driftline.topics.TopicDefinitions;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code driftline topics definitions}. */
@Command(
        name = "definitions",
        mixinStandardHelpOptions = true,
        description = "Print the topics as they should be, as JSON, for those who create topics by other means.",
        footerHeading = "%nExample:%n",
        footer = "  driftline topics definitions --set topics.replication.factor=3 > topics.json")
final class TopicDefinitionsCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Mixin
    private ConfigOptions config;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        out.println(text(config.load()));
        out.flush();
        return ExitCodes.OK;
    }

    static String text(DriftlineConfig config) {
        return PlainJson.pretty(TopicDefinitions.of(config).all().stream()
                .map(TopicDefinitionsCommand::asMap)
                .toList());
    }

    private static Map<String, Object> asMap(TopicDefinition definition) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("name", definition.name());
        map.put("partitions", definition.partitions());
        map.put("replicationFactor", definition.replicationFactor());
        map.put("settings", definition.settings());
        definition.topic().recordType().ifPresent(type -> map.put("valueSchema", type.getSimpleName() + ".avsc"));
        return map;
    }
}
