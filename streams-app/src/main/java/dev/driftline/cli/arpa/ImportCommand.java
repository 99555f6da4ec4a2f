package dev.driftline.cli.arpa;

import dev.driftline.cli.options.CommandGroup;
import picocli.CommandLine.Command;

/** {@code driftline import}: models of other tools. */
@Command(
        name = "import",
        mixinStandardHelpOptions = true,
        description = "Read a language model that another tool has made.",
        footerHeading = "%nExamples:%n",
        footer = "  driftline import arpa news.arpa.gz --output news.model",
        subcommands = ImportArpaCommand.class)
public final class ImportCommand extends CommandGroup {}
