package dev.driftline.cli;

import dev.driftline.cli.options.ConfigOptions;
import dev.driftline.config.DriftlineConfig;
import dev.driftline.config.keys.HttpKeys;
import dev.driftline.config.keys.ServiceKeys;
import dev.driftline.service.DriftlineService;
import dev.driftline.serving.http.HttpEndpoint;
import dev.driftline.serving.routes.ModelServer;
import dev.driftline.terminal.CommandFailedException;
import dev.driftline.terminal.CtrlC;
import dev.driftline.terminal.ExitCodes;
import dev.driftline.topics.TopicAdmin;
import io.javalin.util.JavalinBindException;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code driftline run}: the service. */
@Command(
        name = "run",
        mixinStandardHelpOptions = true,
        description = {
            "Run the service: score what comes in, then learn from it, until Ctrl-C.",
            "Prints the settings in force, secrets masked. Start it on more machines to share the work."
        },
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
        DriftlineConfig loaded = config.loadToConnect();
        PrintWriter err = spec.commandLine().getErr();
        err.println(loaded.describe());
        err.flush();
        if (createTopics) {
            try (TopicAdmin admin = new TopicAdmin(loaded)) {
                admin.create();
                admin.registerSchemas();
            }
        }
        CompletableFuture<Void> end = new CompletableFuture<>();
        try (CtrlC ctrlC = CtrlC.then(() -> end.complete(null));
                DriftlineService service = new DriftlineService(loaded);
                HttpEndpoint server = serve(loaded, service)) {
            service.answersAt(server.advertised());
            service.start();
            service.stopped().whenComplete((nothing, failure) -> {
                if (failure == null) {
                    end.complete(null);
                } else {
                    end.completeExceptionally(failure);
                }
            });
            err.println("Driftline runs as " + loaded.get(ServiceKeys.APPLICATION_ID) + " and answers at "
                    + server.address() + "; Ctrl-C stops it.");
            err.println("The dashboard: " + server.address() + "/");
            err.flush();
            end.get();
            if (ctrlC.pressed()) {
                err.println("Stopping: committing what is done.");
                err.flush();
            }
            return ExitCodes.OK;
        } catch (ExecutionException stopped) {
            throw stopped.getCause() instanceof Exception cause ? cause : stopped;
        }
    }

    private static HttpEndpoint serve(DriftlineConfig config, DriftlineService service) {
        try {
            return ModelServer.start(config, service);
        } catch (JavalinBindException e) {
            Throwable cause = e;
            while (cause.getCause() != null) {
                cause = cause.getCause();
            }
            String why = String.valueOf(cause.getMessage());
            throw new CommandFailedException("cannot listen on " + config.get(HttpKeys.HOST) + ":"
                    + config.get(HttpKeys.PORT) + " (" + why + "): "
                    + (why.contains("assign")
                            ? "set " + HttpKeys.HOST.name()
                                    + " to an address of this machine, or to 0.0.0.0 for every one"
                            : "set " + HttpKeys.PORT.name() + " to a free port, or to 0"));
        }
    }
}
