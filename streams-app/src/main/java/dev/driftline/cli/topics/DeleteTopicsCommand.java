package dev.driftline.cli.topics;

import dev.driftline.cli.options.ConfigOptions;
import dev.driftline.config.DriftlineConfig;
import dev.driftline.config.keys.ServiceKeys;
import dev.driftline.identity.StartOver;
import dev.driftline.terminal.CommandFailedException;
import dev.driftline.terminal.ExitCodes;
import dev.driftline.topics.TopicAdmin;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code driftline topics delete}. */
@Command(
        name = "delete",
        mixinStandardHelpOptions = true,
        description = {
            "Delete the topics with everything in them, after listing them. Stop the service first.",
            "Schemas in the registry are left alone. To empty the model and keep the texts, use `driftline reset`."
        },
        footerHeading = "%nExample:%n",
        footer = "  driftline topics delete --with-state --yes")
final class DeleteTopicsCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Mixin
    private ConfigOptions config;

    @Option(names = "--yes", description = "Do not ask.")
    private boolean yes;

    @Option(
            names = "--with-state",
            description = "Also delete the model: the changelog topics and the consumer group of application.id.")
    private boolean withState;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        DriftlineConfig loaded = config.loadToConnect();
        try (TopicAdmin admin = new TopicAdmin(loaded)) {
            new StartOver(loaded, admin).requireMine();
            TopicAdmin.Removal removal = admin.removal(withState);
            if (removal.isEmpty()) {
                out.println("There was nothing to delete.");
                out.flush();
                return ExitCodes.OK;
            }
            Confirmation.list(removal, out);
            String question = "Delete all of this at " + loaded.get(ServiceKeys.BOOTSTRAP_SERVERS) + "? Type yes: ";
            if (!Confirmation.confirmed(question, "yes", yes ? "yes" : null)) {
                throw new CommandFailedException("nothing deleted: say --yes to delete without being asked");
            }
            admin.delete(removal);
            removal.names().forEach(name -> out.println("deleted  " + name));
            removal.group().ifPresent(group -> out.println("deleted  consumer group " + group));
        }
        out.flush();
        return ExitCodes.OK;
    }
}
