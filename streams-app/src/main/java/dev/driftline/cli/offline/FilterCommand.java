package dev.driftline.cli.offline;

import dev.driftline.cli.options.CommandGroup;
import picocli.CommandLine.Command;

/** {@code driftline filter}: rules that keep, drop or route documents. */
@Command(
        name = "filter",
        mixinStandardHelpOptions = true,
        description = {
            "Rules that keep, drop or route documents by how surprising they were.",
            "A file of rules is JSON, with comments; the first rule that matches decides:",
            "  {\"rules\": [",
            "     {\"name\": \"foreign\", \"if\": {\"unknown_rate\": \"> 25 %%\"}, \"to\": " + "\"review.v1\"},",
            "     {\"name\": \"odd\", \"if\": {\"source\": \"news*\", \"percentile\": \"> 95\"}, "
                    + "\"to\": \"drop\"}],",
            "   \"otherwise\": \"keep\"}",
            "A rule may ask for source, attribute.NAME (names, * stands for any characters; a list "
                    + "for any of them), bits_per_token, perplexity, bits_per_character (of the mixture; "
                    + "perplexity(lstm) of a model), unknown_rate, tokens, characters, and percentile: that of "
                    + "the document among the earlier ones of its source.",
            "Set filter.rules to the file, and `driftline topics create` and `driftline run` obey it."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  driftline filter check rules.json",
            "  driftline filter try rules.json brown.docs.tsv",
            "  driftline run --set filter.rules=rules.json"
        },
        subcommands = {FilterCheckCommand.class, FilterTryCommand.class})
public final class FilterCommand extends CommandGroup {}
