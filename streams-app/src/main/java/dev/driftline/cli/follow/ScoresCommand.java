package dev.driftline.cli.follow;

import dev.driftline.schemas.Score;
import dev.driftline.terminal.Printable;
import dev.driftline.topics.Topic;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code driftline scores}: follows the scores topic. */
@Command(
        name = "scores",
        mixinStandardHelpOptions = true,
        description = "Follow the scores: one line a document with its perplexity.",
        footerHeading = "%nExample:%n",
        footer = "  driftline scores --from-beginning --limit 10 --timeout 30")
public final class ScoresCommand implements Callable<Integer> {

    private static final String HEAD = String.format(
            Locale.ROOT,
            "%-24s %-16s %7s %7s %11s %11s %9s",
            "document",
            "source",
            "tokens",
            "unknown",
            "perplexity",
            "n-gram",
            "bits/char");

    @Mixin
    private FollowTopic topic;

    @Override
    public Integer call() {
        return topic.printValues(Topic.SCORES, Score.class, HEAD, ScoresCommand::line);
    }

    private static String line(Score score) {
        return String.format(
                Locale.ROOT,
                "%-24s %-16s %7d %7d %11.1f %11.1f %9.3f",
                Printable.cut(score.getId(), 24),
                Printable.cut(score.getSource(), 16),
                score.getTokens(),
                score.getUnknownTokens(),
                score.getMixturePerplexity(),
                score.getNgramPerplexity(),
                score.getBitsPerCharacter());
    }
}
