package dev.driftline.cli.options;

import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/**
 * Refuses options that would have no effect, by what their help says: one that begins with {@code With --a:} or
 * {@code With --a or --b:} needs one of these, one that begins with {@code Without --a:} cannot stand beside it. So the help and
 * what is accepted cannot come apart.
 */
public final class OptionRules {

    private static final Pattern RULE = Pattern.compile("^(With|Without) (--[a-z][^:]*):");
    private static final Pattern NAME = Pattern.compile("--[a-z-]+");

    private OptionRules() {}

    /**
     * Checks a command line and its subcommands.
     *
     * @throws ParameterException naming the first option without effect, and why it has none
     */
    public static void check(ParseResult parsed) {
        for (ParseResult at = parsed; at != null; at = at.hasSubcommand() ? at.subcommand() : null) {
            for (OptionSpec option : at.matchedOptions()) {
                check(at, option);
            }
        }
    }

    private static void check(ParseResult parsed, OptionSpec option) {
        String help = option.description().length == 0 ? "" : option.description()[0];
        Matcher rule = RULE.matcher(help);
        if (!rule.find()) {
            return;
        }
        List<String> others =
                NAME.matcher(rule.group(2)).results().map(MatchResult::group).toList();
        List<String> given = others.stream().filter(parsed::hasMatchedOption).toList();
        if (rule.group(1).equals("With") && given.isEmpty()) {
            throw new ParameterException(
                    parsed.commandSpec().commandLine(),
                    option.longestName() + " has an effect only with " + String.join(" or ", others) + ": give "
                            + (others.size() == 1 ? "it" : "one of them") + ", too, or leave " + option.longestName()
                            + " out");
        }
        if (rule.group(1).equals("Without") && !given.isEmpty()) {
            throw new ParameterException(
                    parsed.commandSpec().commandLine(),
                    option.longestName() + " has no effect with " + given.get(0) + ": leave one of them out");
        }
    }
}
