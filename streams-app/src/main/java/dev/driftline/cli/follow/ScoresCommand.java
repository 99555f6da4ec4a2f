package dev.driftline.cli.follow;

import dev.driftline.schemas.Headline;
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
        description = {
            "Follow the scores: one line for each document.",
            "perplexity spells unknown words out, so that it rises when the language breaks; class "
                    + "takes <unk> as one word, as papers do; n-gram is the class perplexity of the n-gram "
                    + "model alone."
        },
        footerHeading = "%nExample:%n",
        footer = "  driftline scores --from-beginning --limit 10 --timeout 30")
public final class ScoresCommand implements Callable<Integer> {

    private static final String HEAD = String.format(
            Locale.ROOT,
            "%-22s %-14s %7s %8s %11s %9s %9s",
            "document",
            "source",
            "tokens",
            "unknown",
            "perplexity",
            "class",
            "n-gram");

    @Mixin
    private FollowTopic topic;

    @Override
    public Integer call() {
        return topic.printValues(Topic.SCORES, Score.class, HEAD, ScoresCommand::line);
    }

    private static String line(Score score) {
        return String.format(
                Locale.ROOT,
                "%-22s %-14s %7d %6.1f %% %11.1f %9.1f %9.1f",
                Printable.cut(score.getId(), 22),
                Printable.cut(score.getSource(), 14),
                score.getTokens(),
                100.0 * score.getUnknownTokens() / Math.max(1, score.getTokens()),
                Headline.perplexity(score),
                score.getMixturePerplexity(),
                score.getNgramPerplexity());
    }
}
