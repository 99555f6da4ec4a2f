package dev.driftline.cli.topics;

import dev.driftline.cli.options.ConfigOptions;
import dev.driftline.schemas.Subjects;
import dev.driftline.terminal.ExitCodes;
import dev.driftline.topics.TopicAdmin;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code driftline topics create}. */
@Command(
        name = "create",
        mixinStandardHelpOptions = true,
        description = {
            "Create the topics that are missing and register the schemas of the public ones, BACKWARD compatible.",
            "What exists is left as it is; a topic with a wrong number of partitions is an error."
        },
        footerHeading = "%nExample:%n",
        footer = "  driftline topics create --set shards=8 --set partitions=8 --set topics.replication.factor=3")
final class CreateTopicsCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Mixin
    private ConfigOptions config;

    @Option(names = "--no-schemas", description = "Do not register schemas.")
    private boolean noSchemas;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        try (TopicAdmin admin = new TopicAdmin(config.loadToConnect())) {
            TopicAdmin.Created created = admin.create();
            for (TopicAdmin.State state : created.states()) {
                boolean isNew = created.created().contains(state.definition().name());
                out.printf(
                        Locale.ROOT,
                        "%-8s %-34s %3d partitions%n",
                        isNew ? "created" : "exists",
                        state.definition().name(),
                        state.partitions());
                state.differences().forEach(difference -> out.println("         note: " + difference));
            }
            out.flush();
            if (!noSchemas) {
                for (Subjects.Registered schema : admin.registerSchemas()) {
                    out.printf(
                            Locale.ROOT,
                            "%-8s %-34s schema %d%n",
                            schema.created() ? "created" : "exists",
                            schema.subject(),
                            schema.schemaId());
                }
            }
        }
        out.flush();
        return ExitCodes.OK;
    }
}
