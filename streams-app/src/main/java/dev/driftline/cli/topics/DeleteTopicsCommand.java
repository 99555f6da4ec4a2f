package dev.driftline.cli.topics;

import dev.driftline.cli.options.ConfigOptions;
import dev.driftline.config.DriftlineConfig;
import dev.driftline.config.keys.ServiceKeys;
import dev.driftline.terminal.CommandFailedException;
import dev.driftline.terminal.ExitCodes;
import dev.driftline.topics.TopicAdmin;
import java.io.Console;
import java.io.PrintWriter;
import java.util.List;
import java.util.Set;
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
            "Delete the topics with everything in them. Stop the service first.",
            "Schemas in the registry and files in state.dir are left alone."
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
            List<TopicAdmin.State> existing =
                    admin.list().stream().filter(TopicAdmin.State::exists).toList();
            if (!yes && !existing.isEmpty() && !confirmed(existing, loaded)) {
                throw new CommandFailedException("nothing deleted: say --yes to delete without being asked");
            }
            Set<String> deleted = admin.delete(withState);
            deleted.forEach(name -> out.println("deleted  " + name));
            if (deleted.isEmpty()) {
                out.println("There was nothing to delete.");
            }
            if (withState) {
                out.println("Remove "
                        + loaded.get(ServiceKeys.STATE_DIR).resolve(loaded.get(ServiceKeys.APPLICATION_ID))
                        + " on each machine that ran the service.");
            }
        }
        out.flush();
        return ExitCodes.OK;
    }

    private boolean confirmed(List<TopicAdmin.State> existing, DriftlineConfig loaded) {
        Console console = System.console();
        if (console == null) {
            return false;
        }
        long records =
                existing.stream().mapToLong(TopicAdmin.State::recordsAtMost).sum();
        String answer = console.readLine(
                "Delete %d topics with at most %d records at %s? Type yes: ",
                existing.size(), records, loaded.get(ServiceKeys.BOOTSTRAP_SERVERS));
        return "yes".equals(answer);
    }
}
