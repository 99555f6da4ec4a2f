package dev.driftline.cli.options;

import java.util.Arrays;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** The options that stand on the command line of one command. Each check says in one manner what is wrong with one. */
public final class GivenOptions {

    private final CommandSpec spec;

    private GivenOptions(CommandSpec spec) {
        this.spec = spec;
    }

    /** Those of the command that {@code spec} describes; call it while the command runs. */
    public static GivenOptions of(CommandSpec spec) {
        return new GivenOptions(spec);
    }

    /** Whether one of {@code options} was given. */
    public boolean has(String... options) {
        return Arrays.stream(options).anyMatch(option -> parsed(option));
    }

    /**
     * Refuses {@code options} where they would have no effect.
     *
     * @param effective whether they have one
     * @param condition what gives them an effect, after <em>has an effect only</em>: {@code with --drift}
     */
    public GivenOptions only(boolean effective, String condition, String... options) {
        for (String option : options) {
            if (!effective && parsed(option)) {
                throw new ParameterException(
                        spec.commandLine(), option + " has an effect only " + condition + ": leave it out");
            }
        }
        return this;
    }

    /** A usage error: what {@code option} must be, after <em>must be</em>. */
    public ParameterException wrong(String option, Object value, String must) {
        return new ParameterException(spec.commandLine(), option + " " + value + ": must be " + must);
    }

    private boolean parsed(String option) {
        return spec.commandLine().getParseResult().hasMatchedOption(option);
    }
}
