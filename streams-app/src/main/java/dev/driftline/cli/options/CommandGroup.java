package dev.driftline.cli.options;

import java.util.concurrent.Callable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** A command that does nothing but hold others, such as {@code driftline topics}. */
public abstract class CommandGroup implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    /** Names the subcommands, since one of them is missing. */
    @Override
    public final Integer call() {
        throw new ParameterException(
                spec.commandLine(),
                spec.name() + ": say which: "
                        + String.join(", ", spec.commandLine().getSubcommands().keySet()));
    }
}
