package dev.driftline.demo;

import dev.driftline.schemas.Headline;
import dev.driftline.schemas.Score;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The live table of the demo: a line a source, with perplexity now and so far.
 *
 * <p>Now is the mixture's perplexity, unknown words spelled out, over the source's last {@value #RECENT} documents. Scores come in bursts, one a
 * commit; the time since the burst before is shared out over a burst's sources by their tokens, so that rates are right
 * for sources that come one after the other as well as for mixed ones. Thread-safe.
 */
final class SourceTable {

    /** The documents that make up "now". */
    static final int RECENT = 20;

    /** Scores this far apart, in milliseconds, belong to two bursts. */
    private static final long PAUSE_MILLIS = 100;

    private static final String FORMAT = "%-24s %10s %12s %10s %12s %10s";

    private final Map<String, Line> lines = new LinkedHashMap<>();
    private final Map<Line, Long> burst = new HashMap<>();
    private long burstTokens;
    private long burstBefore = -1;
    private long lastScoredAt = -1;
    private long turn;

    private record Recent(double bits, int tokens) {}

    private static final class Line {
        private final String source;
        private final Deque<Recent> recent = new ArrayDeque<>();
        private double recentBits;
        private long recentTokens;
        private long documents;
        private long tokens;
        private double bits;
        private long timedTokens;
        private double millis;
        private long touched;
        private boolean changed;

        private Line(String source) {
            this.source = source;
        }
    }

    /** Takes in one score. */
    synchronized void add(Score score) {
        Line line = lines.computeIfAbsent(score.getSource(), Line::new);
        long scoredAt = score.getScoredAt().toEpochMilli();
        if (lastScoredAt >= 0 && scoredAt - lastScoredAt >= PAUSE_MILLIS) {
            endBurst();
        }
        lastScoredAt = Math.max(lastScoredAt, scoredAt);
        burst.merge(line, (long) score.getTokens(), Long::sum);
        burstTokens += score.getTokens();
        line.documents++;
        line.tokens += score.getTokens();
        double bits = Headline.bits(score);
        line.bits += bits;
        line.recent.addLast(new Recent(bits, score.getTokens()));
        line.recentBits += bits;
        line.recentTokens += score.getTokens();
        if (line.recent.size() > RECENT) {
            Recent old = line.recent.removeFirst();
            line.recentBits -= old.bits();
            line.recentTokens -= old.tokens();
        }
        line.touched = ++turn;
        line.changed = true;
    }

    private void endBurst() {
        // What was done before the first burst took is not known.
        double millis = burstBefore < 0 ? 0 : lastScoredAt - burstBefore;
        burst.forEach((line, tokens) -> {
            line.millis += millis * tokens / burstTokens;
            line.timedTokens += millis > 0 ? tokens : 0;
        });
        burst.clear();
        burstTokens = 0;
        burstBefore = lastScoredAt;
    }

    /** The head of the table. */
    static String head() {
        return String.format(Locale.ROOT, FORMAT, "source", "documents", "tokens", "tokens/s", "perplexity", "so far");
    }

    /** At most {@code most} lines, those that changed last, in the order in which the sources appeared. */
    synchronized List<String> lines(int most) {
        return render(lines.values().stream().toList(), most);
    }

    /** As {@link #lines}, of the sources that have changed since this was last asked. */
    synchronized List<String> changedLines(int most) {
        List<Line> changed =
                lines.values().stream().filter(line -> line.changed).toList();
        changed.forEach(line -> line.changed = false);
        return render(changed, most);
    }

    /** What a {@link #summarise} tells of a source. */
    interface Summary {
        void source(String name, long documents, long tokens, double perplexity);
    }

    /** Tells {@code summary} of every source, in the order in which they appeared. */
    synchronized void summarise(Summary summary) {
        lines.values()
                .forEach(line -> summary.source(
                        line.source, line.documents, line.tokens, Math.pow(2, line.bits / Math.max(1, line.tokens))));
    }

    private static List<String> render(List<Line> candidates, int most) {
        long oldest = candidates.stream()
                .sorted(Comparator.comparingLong((Line line) -> line.touched).reversed())
                .limit(most)
                .mapToLong(line -> line.touched)
                .min()
                .orElse(0);
        List<String> text = new ArrayList<>();
        for (Line line : candidates) {
            if (line.touched >= oldest) {
                text.add(String.format(
                        Locale.ROOT,
                        FORMAT,
                        Figures.cut(line.source, 24),
                        Figures.count(line.documents),
                        Figures.count(line.tokens),
                        Figures.rate(line.timedTokens, Math.round(line.millis)),
                        Figures.perplexity(Math.pow(2, line.recentBits / Math.max(1, line.recentTokens))),
                        Figures.perplexity(Math.pow(2, line.bits / Math.max(1, line.tokens)))));
            }
        }
        if (candidates.size() > text.size()) {
            text.add("… and " + Figures.count(candidates.size() - text.size()) + " more sources");
        }
        return text;
    }
}
