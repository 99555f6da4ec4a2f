package dev.driftline.cli.topics;

import dev.driftline.cli.options.CommandGroup;
import picocli.CommandLine.Command;

/** {@code driftline topics}: which topics there are, and creating and deleting them. */
@Command(
        name = "topics",
        mixinStandardHelpOptions = true,
        description = "Create, list or delete Driftline's topics and register their schemas.",
        footerHeading = "%nExample:%n",
        footer = "  driftline topics create --bootstrap-servers localhost:9092 --registry-url http://localhost:8081",
        subcommands = {
            CreateTopicsCommand.class,
            ListTopicsCommand.class,
            DeleteTopicsCommand.class,
            TopicDefinitionsCommand.class
        })
public final class TopicsCommand extends CommandGroup {}
