package dev.driftline.cli;

import dev.driftline.cli.options.ConfigOptions;
import dev.driftline.config.ConfigReference;
import dev.driftline.terminal.ExitCodes;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code driftline config}: prints what is set, or everything that can be set. */
@Command(
        name = "config",
        mixinStandardHelpOptions = true,
        description = "Print the settings in force and where each comes from, secrets masked.",
        footerHeading = "%nExample:%n",
        footer = {
            "  driftline config --config deploy/driftline.properties --set model.order=3",
            "  driftline config --reference > driftline.properties"
        })
final class ConfigCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Mixin
    private ConfigOptions config;

    @Option(
            names = "--reference",
            description = "Print every setting with its purpose and default, as a properties file.")
    private boolean reference;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        if (reference) {
            out.print(ConfigReference.text());
        } else {
            out.println(config.load().describe());
        }
        out.flush();
        return ExitCodes.OK;
    }
}
