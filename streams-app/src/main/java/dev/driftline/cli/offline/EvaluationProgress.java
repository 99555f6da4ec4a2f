package dev.driftline.cli.offline;

import dev.driftline.corpus.CorpusReader;
import dev.driftline.evaluation.Evaluation;
import dev.driftline.mixture.DocumentScore;
import dev.driftline.mixture.MixtureSettings;
import dev.driftline.terminal.ProgressLine;
import dev.driftline.terminal.Screen;
import java.time.Duration;
import java.util.Locale;

/** The progress of an evaluation. */
final class EvaluationProgress {

    private static final Duration PRINTED = Duration.ofSeconds(2);

    private final ProgressLine line;
    private final CorpusReader reader;
    private final Evaluation evaluation;
    private long documents;
    private double bits;

    EvaluationProgress(Screen screen, CorpusReader reader, Evaluation evaluation) {
        this.line = new ProgressLine(screen, PRINTED);
        this.reader = reader;
        this.evaluation = evaluation;
    }

    /** A document, or a piece of one, has been scored. */
    void scored(DocumentScore score) {
        bits += score.bits(MixtureSettings.MIXTURE) + score.letterBits();
    }

    /** One more document of the file is done. */
    void done() {
        documents++;
        line.show(() -> String.format(
                Locale.ROOT,
                "%,d documents%s, %,d tokens, %,.0f tokens/s, perplexity so far %.1f",
                documents,
                reader.bytesTotal() == 0
                        ? ""
                        : String.format(Locale.ROOT, " (%d %%)", 100 * reader.bytesRead() / reader.bytesTotal()),
                evaluation.tokens(),
                evaluation.tokens() / evaluation.seconds(),
                Math.pow(2, bits / evaluation.tokens())));
    }
}
