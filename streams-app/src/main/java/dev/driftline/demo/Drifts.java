package dev.driftline.demo;

import dev.driftline.schemas.DriftEvent;
import dev.driftline.schemas.DriftState;
import dev.driftline.schemas.DriftWord;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Changes of sources that are worth a line: drifts, and their ends. Thread-safe. */
final class Drifts {

    private static final int WORDS = 4;

    private final List<String> untold = new ArrayList<>();

    synchronized void add(DriftEvent event) {
        if (event.getState() == DriftState.DRIFT || event.getPrevious() == DriftState.DRIFT) {
            untold.add(line(event));
        }
    }

    /** A line for each that no line was given for before. */
    synchronized List<String> news() {
        List<String> lines = List.copyOf(untold);
        untold.clear();
        return lines;
    }

    private static String line(DriftEvent event) {
        boolean isOver = event.getState() != DriftState.DRIFT;
        String what = isOver ? "is stable again" : "drifts";
        String words =
                event.getWords().stream().limit(WORDS).map(DriftWord::getWord).collect(Collectors.joining(" "));
        return String.format(
                Locale.ROOT,
                "  source %s %s (%s): perplexity %s → %s (%.2f → %.2f bits a token) since its document %s%s",
                Figures.cut(event.getSource(), 24),
                what,
                event.getSeries().name().toLowerCase(Locale.ROOT),
                Figures.perplexity(Math.pow(2, event.getBitsPerTokenBefore())),
                Figures.perplexity(Math.pow(2, event.getBitsPerTokenAfter())),
                event.getBitsPerTokenBefore(),
                event.getBitsPerTokenAfter(),
                Figures.count(event.getStartedDocument()),
                words.isEmpty() ? "" : ": " + Figures.cut(words, 60));
    }
}
