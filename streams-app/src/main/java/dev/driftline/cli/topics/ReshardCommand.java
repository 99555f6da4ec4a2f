package dev.driftline.cli.topics;

import dev.driftline.cli.options.ConfigOptions;
import dev.driftline.config.DriftlineConfig;
import dev.driftline.config.keys.ServiceKeys;
import dev.driftline.config.keys.TopicKeys;
import dev.driftline.migration.MoreShards;
import dev.driftline.terminal.CommandFailedException;
import dev.driftline.terminal.ExitCodes;
import dev.driftline.terminal.ProgressLine;
import dev.driftline.terminal.Screen;
import dev.driftline.topics.TopicAdmin;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code driftline reshard}. */
@Command(
        name = "reshard",
        mixinStandardHelpOptions = true,
        description = {
            "Give a model more shards, so that more threads and machines can count.",
            "Nothing is forgotten or learned again: the counts move to the shards that own them then, in one transaction.",
            "Needs every instance stopped and no document pending. The number can only grow, since Kafka takes no partitions",
            "away. If it is interrupted, run it again."
        },
        footerHeading = "%nExample:%n",
        footer = "  driftline reshard --shards 4 --bootstrap-servers kafka:9092")
public final class ReshardCommand implements Callable<Integer> {

    private static final Duration PRINTED = Duration.ofSeconds(5);

    @Spec
    private CommandSpec spec;

    @Mixin
    private ConfigOptions config;

    @Option(
            names = "--shards",
            required = true,
            paramLabel = "NUMBER",
            description = "How many shards the model is to have, 2 to 1024. Default: none.")
    private int shards;

    @Option(
            names = "--temp",
            paramLabel = "FOLDER",
            description =
                    "Where to make a folder that needs about twice the size of the counts. Default: that of the system.")
    private @Nullable Path temporary;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        DriftlineConfig wanted = config.loadToConnect().with(Map.of(TopicKeys.SHARDS.name(), Integer.toString(shards)));
        String application = wanted.get(ServiceKeys.APPLICATION_ID);
        try (TopicAdmin admin = new TopicAdmin(wanted);
                Screen screen = Screen.on(spec.commandLine().getErr())) {
            ProgressLine line = new ProgressLine(screen, PRINTED);
            MoreShards migration = new MoreShards(
                    wanted,
                    admin,
                    folder(),
                    (what, done) -> line.show(() -> String.format(Locale.ROOT, "%s: %,d", what, done)));
            MoreShards.Plan plan = migration.plan();
            migration.run(plan);
            screen.clear();
            out.printf(
                    Locale.ROOT,
                    plan.isMoved()
                            ? "The counts of %s are on %d shards already.%n"
                            : "The counts of %s are on %d shards now.%n",
                    application,
                    plan.to().shards());
            out.printf(Locale.ROOT, "Set shards=%d in the configuration of every instance, and start them.%n", shards);
        } catch (IOException e) {
            throw new CommandFailedException("cannot use the temporary folder: " + e.getMessage()
                    + ". Name another one by --temp, and run it again");
        }
        out.flush();
        return ExitCodes.OK;
    }

    /** Made when it is needed: a run that is refused leaves none. */
    private Path folder() {
        Path in = temporary == null ? Path.of(System.getProperty("java.io.tmpdir")) : temporary;
        return in.resolve("driftline-reshard-" + ProcessHandle.current().pid());
    }
}
