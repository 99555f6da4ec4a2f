package dev.driftline.cli;

import dev.driftline.config.DriftlineConfig;
import dev.driftline.topics.TopicAdmin;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code driftline run}: the service. */
@Command(
        name = "run",
        mixinStandardHelpOptions = true,
        description = "Run the service: score what comes in, then learn from it, until Ctrl-C.",
        footerHeading = "%nExample:%n",
        footer = {
            "  driftline topics create && driftline run",
            "  driftline run --config driftline.properties --set stream.threads=4"
        })
final class RunCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Mixin
    private ConfigOptions config;

    @Option(names = "--create-topics", description = "First do what `driftline topics create` does.")
    private boolean createTopics;

    @Override
    public Integer call() throws Exception {
        DriftlineConfig loaded = config.load();
        PrintWriter err = spec.commandLine().getErr();
        err.println(loaded.describe());
        err.flush();
        checkTopics(loaded);
        throw new CommandFailedException("the service is not part of this build");
    }

    private void checkTopics(DriftlineConfig loaded) {
        try (TopicAdmin admin = new TopicAdmin(loaded)) {
            if (createTopics) {
                admin.create();
                admin.registerSchemas();
                return;
            }
            List<String> missing = admin.list().stream()
                    .filter(state -> !state.exists())
                    .map(state -> state.definition().name())
                    .toList();
            if (!missing.isEmpty()) {
                throw new CommandFailedException("missing topics: " + String.join(", ", missing)
                        + ": create them with `driftline topics create`, or run with --create-topics");
            }
        }
    }
}
