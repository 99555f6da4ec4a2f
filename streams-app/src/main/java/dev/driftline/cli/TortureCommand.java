package dev.driftline.cli;

import dev.driftline.terminal.CommandFailedException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Unmatched;

/**
 * {@code driftline torture}, for the list of commands: it is in the module of the tests, and the launcher of a checkout starts
 * it instead of this.
 */
@Command(
        name = "torture",
        mixinStandardHelpOptions = true,
        description = "Kill, freeze, cut off and damage real processes by a plan, and check every document and count.",
        footerHeading = "%nExample:%n",
        footer = "  ./driftline torture --minutes 5 --seed 1")
final class TortureCommand implements Callable<Integer> {

    @Unmatched
    private List<String> ignored = new ArrayList<>();

    @Override
    public Integer call() {
        throw new CommandFailedException(
                "the torture is part of a checkout, not of the service: run ./driftline torture there");
    }
}
