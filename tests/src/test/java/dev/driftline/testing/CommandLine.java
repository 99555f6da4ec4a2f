package dev.driftline.testing;

import dev.driftline.cli.Driftline;
import dev.driftline.testing.DriftlineProcess.Result;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;

/** The {@code driftline} command in this JVM: quicker than a {@link DriftlineProcess}, where the end of a process is not tested. */
public final class CommandLine {

    private CommandLine() {}

    /** Runs a command to its end. */
    public static Result run(List<String> arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int exitCode = Driftline.execute(
                new PrintWriter(out, true), new PrintWriter(err, true), arguments.toArray(String[]::new));
        return new Result(exitCode, out.toString(), err.toString());
    }
}
