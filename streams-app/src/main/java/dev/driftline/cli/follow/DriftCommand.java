package dev.driftline.cli.follow;

import dev.driftline.schemas.DriftEvent;
import dev.driftline.schemas.DriftState;
import dev.driftline.schemas.DriftWord;
import dev.driftline.terminal.Printable;
import dev.driftline.topics.Topic;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code driftline drift}: follows the drift topic. */
@Command(
        name = "drift",
        mixinStandardHelpOptions = true,
        description = {
            "Follow the changes of sources: one line a change with the perplexity before and since, the difference in bits a"
                    + " token, and the words that contributed most.",
            "live is the surprisal under the mixture, which learns; reference that under a small model of the source's first"
                    + " text, which does not."
        },
        footerHeading = "%nExample:%n",
        footer = "  driftline drift --from-beginning --json | python3 examples/python/drift_alert.py URL")
public final class DriftCommand implements Callable<Integer> {

    private static final String HEAD = String.format(
            Locale.ROOT,
            "%-24s %-16s %-9s %-9s %-12s %11s %11s %6s %9s  %s",
            "since",
            "source",
            "series",
            "state",
            "",
            "before",
            "after",
            "bits",
            "document",
            "words");

    private static final int WORDS = 6;

    @Mixin
    private FollowTopic topic;

    @Override
    public Integer call() {
        return topic.printValues(Topic.DRIFT, DriftEvent.class, HEAD, DriftCommand::line);
    }

    private static String line(DriftEvent event) {
        boolean isOver = event.getState() == DriftState.RECOVERED;
        return String.format(
                        Locale.ROOT,
                        "%-24s %-16s %-9s %-9s %-12s %11.1f %11.1f %+6.2f %9d  %s",
                        event.getStartedAt(),
                        Printable.cut(event.getSource(), 16),
                        label(event.getSeries()),
                        label(event.getState()),
                        label(isOver ? event.getRecovery() : event.getDetector()),
                        Math.pow(2, event.getBitsPerTokenBefore()),
                        Math.pow(2, event.getBitsPerTokenAfter()),
                        event.getBitsPerTokenAfter() - event.getBitsPerTokenBefore(),
                        event.getStartedDocument(),
                        event.getWords().stream()
                                .limit(WORDS)
                                .map(DriftWord::getWord)
                                .map(word -> Printable.cut(word, 20))
                                .collect(Collectors.joining(" ")))
                .stripTrailing();
    }

    private static String label(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
