package dev.driftline.cli.topics;

import dev.driftline.cli.options.ConfigOptions;
import dev.driftline.config.DriftlineConfig;
import dev.driftline.config.MisconfiguredException;
import dev.driftline.config.keys.TopicKeys;
import dev.driftline.identity.PrefixOwner;
import dev.driftline.schemas.Subjects;
import dev.driftline.terminal.ExitCodes;
import dev.driftline.topics.Topic;
import dev.driftline.topics.TopicAdmin;
import dev.driftline.topics.TopicNames;
import java.io.PrintWriter;
import java.util.List;
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
        DriftlineConfig loaded = config.loadToConnect();
        try (TopicAdmin admin = new TopicAdmin(loaded)) {
            requireShardsOfModel(loaded, admin);
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

    /** Topics for another number of shards would give a model that has learned something a layout that it does not fit. */
    private static void requireShardsOfModel(DriftlineConfig loaded, TopicAdmin admin) {
        String identity = TopicNames.of(loaded).name(Topic.IDENTITY);
        int wanted = loaded.get(TopicKeys.SHARDS);
        if (admin.ids(List.of(identity)).isEmpty()) {
            return;
        }
        new PrefixOwner(loaded)
                .model()
                .filter(model -> model.shards() != wanted)
                .ifPresent(model -> {
                    throw new MisconfiguredException("the model of " + model.application() + " has " + model.shards()
                            + (model.shards() == 1 ? " shard" : " shards") + ", and the configuration says " + wanted
                            + ": set " + TopicKeys.SHARDS.name() + "=" + model.shards()
                            + (wanted > model.shards()
                                    ? ", or give it more by `driftline reshard --shards " + wanted + "`"
                                    : ""));
                });
    }
}
