package dev.driftline.cli.offline;

import dev.driftline.corpus.CorpusReader;
import dev.driftline.evaluation.Evaluation;
import dev.driftline.terminal.Screen;
import java.util.List;
import java.util.Locale;

/** A line that says how far an evaluation is, now and then. */
final class EvaluationProgress {

    private static final long LIVE_NANOS = 250_000_000L;
    private static final long PRINTED_NANOS = 2_000_000_000L;

    private final Screen screen;
    private final CorpusReader reader;
    private final Evaluation evaluation;
    private long documents;
    private long drawn = System.nanoTime();

    EvaluationProgress(Screen screen, CorpusReader reader, Evaluation evaluation) {
        this.screen = screen;
        this.reader = reader;
        this.evaluation = evaluation;
    }

    /** One more document is done; {@code mixtureBits} of all so far. */
    void done(double mixtureBits) {
        documents++;
        long now = System.nanoTime();
        if (now - drawn < (screen.live() ? LIVE_NANOS : PRINTED_NANOS)) {
            return;
        }
        drawn = now;
        String line = String.format(
                Locale.ROOT,
                "%,d documents%s, %,d tokens, %,.0f tokens/s, mixture perplexity so far %.1f",
                documents,
                reader.bytesTotal() == 0
                        ? ""
                        : String.format(Locale.ROOT, " (%d %%)", 100 * reader.bytesRead() / reader.bytesTotal()),
                evaluation.tokens(),
                evaluation.tokens() / evaluation.seconds(),
                Math.pow(2, mixtureBits / evaluation.tokens()));
        if (screen.live()) {
            screen.block(List.of(line));
        } else {
            screen.line(line);
        }
    }
}
