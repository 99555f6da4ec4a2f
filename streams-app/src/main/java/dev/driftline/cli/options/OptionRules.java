package dev.driftline.cli.options;

import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/**
 * Refuses options by what their help says, so that the help and what is accepted cannot come apart.
 *
 * <p>One that begins with {@code With --a:} or {@code With --a or --b:} needs one of these, one that begins with
 * {@code Without --a:} cannot stand beside it. A number must be in the {@link Range} that its help names.
 */
public final class OptionRules {

    private static final Pattern RULE = Pattern.compile("^(With|Without) (--[a-z][^:]*):");
    private static final Pattern NAME = Pattern.compile("--[a-z-]+");

    private OptionRules() {}

    /**
     * Checks a command line and its subcommands.
     *
     * @throws ParameterException naming the first option without effect or with a wrong value, and why
     */
    public static void check(ParseResult parsed) {
        for (ParseResult at = parsed; at != null; at = at.hasSubcommand() ? at.subcommand() : null) {
            for (OptionSpec option : at.matchedOptions()) {
                check(at, option);
            }
        }
    }

    private static void check(ParseResult parsed, OptionSpec option) {
        String help = String.join(" ", option.description());
        Matcher rule = RULE.matcher(help);
        if (rule.find()) {
            checkEffect(parsed, option, rule.group(1), rule.group(2));
        }
        List<Number> numbers =
                option.typedValues().stream().flatMap(OptionRules::numbers).toList();
        if (!numbers.isEmpty()) {
            Range.in(help).ifPresent(range -> numbers.forEach(number -> checkRange(parsed, option, number, range)));
        }
    }

    private static Stream<Number> numbers(Object value) {
        return value instanceof Number number
                ? Stream.of(number)
                : value instanceof List<?> list ? list.stream().flatMap(OptionRules::numbers) : Stream.empty();
    }

    private static void checkRange(ParseResult parsed, OptionSpec option, Number value, Range range) {
        if (!range.contains(value.doubleValue())) {
            throw new ParameterException(
                    parsed.commandSpec().commandLine(), option.longestName() + " " + value + ": must be " + range);
        }
    }

    private static void checkEffect(ParseResult parsed, OptionSpec option, String relation, String names) {
        List<String> others =
                NAME.matcher(names).results().map(MatchResult::group).toList();
        List<String> given = others.stream().filter(parsed::hasMatchedOption).toList();
        if (relation.equals("With") && given.isEmpty()) {
            throw new ParameterException(
                    parsed.commandSpec().commandLine(),
                    option.longestName() + " has an effect only with " + String.join(" or ", others) + ": give "
                            + (others.size() == 1 ? "it" : "one of them") + ", too, or leave " + option.longestName()
                            + " out");
        }
        if (relation.equals("Without") && !given.isEmpty()) {
            throw new ParameterException(
                    parsed.commandSpec().commandLine(),
                    option.longestName() + " has no effect with " + given.get(0) + ": leave one of them out");
        }
    }
}
