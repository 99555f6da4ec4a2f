package dev.driftline.cli;

import dev.driftline.terminal.CommandFailedException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Unmatched;

/**
 * {@code driftline bench}, for the list of commands: the benchmark is in the module of the tests, and the launcher of a
 * checkout starts it instead of this.
 */
@Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        description = "Measure speed, latency, restore and state on this machine, beside a naive topology.",
        footerHeading = "%nExample:%n",
        footer = "  ./driftline bench --only in-process --json bench.json")
final class BenchCommand implements Callable<Integer> {

    @Unmatched
    private List<String> ignored = new ArrayList<>();

    @Override
    public Integer call() {
        throw new CommandFailedException(
                "the benchmark is part of a checkout, not of the service: run ./driftline bench there");
    }
}
