package dev.driftline.cli.arpa;

import dev.driftline.cli.options.CommandGroup;
import picocli.CommandLine.Command;

/** {@code driftline export}: the counts in a format of other tools. */
@Command(
        name = "export",
        mixinStandardHelpOptions = true,
        description = "Write the counts in a format that other tools read.",
        footerHeading = "%nExample:%n",
        footer = {"  driftline export arpa --state driftline-demo/state --output brown.arpa.gz"},
        subcommands = {ExportArpaCommand.class})
public final class ExportCommand extends CommandGroup {}
