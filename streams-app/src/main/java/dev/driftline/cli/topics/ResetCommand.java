package dev.driftline.cli.topics;

import dev.driftline.cli.options.ConfigOptions;
import dev.driftline.config.DriftlineConfig;
import dev.driftline.config.keys.ServiceKeys;
import dev.driftline.identity.StartOver;
import dev.driftline.terminal.CommandFailedException;
import dev.driftline.terminal.ExitCodes;
import dev.driftline.topics.TopicAdmin;
import java.io.PrintWriter;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code driftline reset}. */
@Command(
        name = "reset",
        mixinStandardHelpOptions = true,
        description = {
            "Begin with an empty model, for all instances. Lists what it deletes, and asks for the name of the application.",
            "Texts, documents and scores stay: the next start learns and scores every text that is still there again.",
            "Refuses while an instance runs. Instances delete their local copies of the state when they next start."
        },
        footerHeading = "%nExample:%n",
        footer = "  driftline reset --set application.id=driftline --yes driftline")
public final class ResetCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Mixin
    private ConfigOptions config;

    @Option(names = "--keep-networks", description = "Leave the snapshots of the network and their decisions alone.")
    private boolean keepNetworks;

    @Option(
            names = "--take-over",
            paramLabel = "APPLICATION",
            description = "Take the topics from this application, which must be stopped. Its model is not deleted.")
    private @Nullable String takeOver;

    @Option(
            names = "--yes",
            paramLabel = "APPLICATION",
            description = "Do not ask; give the application.id, as you would type it.")
    private @Nullable String yes;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        DriftlineConfig loaded = config.loadToConnect();
        String application = loaded.get(ServiceKeys.APPLICATION_ID);
        try (TopicAdmin admin = new TopicAdmin(loaded)) {
            StartOver startOver = new StartOver(loaded, admin);
            if (takeOver == null) {
                startOver.requireMine();
            } else {
                startOver.requireTakenFrom(takeOver);
            }
            TopicAdmin.Removal removal = startOver.removal(keepNetworks);
            Confirmation.list(removal, out);
            Set<String> again = Set.copyOf(startOver.topics(keepNetworks));
            out.println("Topics that are not changelogs are made again, empty. Everything else stays.");
            out.flush();
            String question = "Forget all that " + application + " has learned, at "
                    + loaded.get(ServiceKeys.BOOTSTRAP_SERVERS) + "? Type its name: ";
            if (!Confirmation.confirmed(question, application, yes)) {
                throw new CommandFailedException("nothing deleted: say --yes " + application
                        + " to delete without being asked" + (yes == null ? "" : "; " + yes + " is not its name"));
            }
            startOver.run(removal);
            removal.names().forEach(name -> out.println((again.contains(name) ? "emptied  " : "deleted  ") + name));
            removal.group().ifPresent(group -> out.println("deleted  consumer group " + group));
            out.println(application + " begins with an empty model when it next starts.");
        }
        out.flush();
        return ExitCodes.OK;
    }
}
