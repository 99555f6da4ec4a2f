package dev.driftline.cli.options;

import dev.driftline.corpus.CorpusFormatException;
import dev.driftline.terminal.Screen;
import java.util.Locale;
import picocli.CommandLine.Option;

/** What becomes of lines of a corpus that cannot be read. Use as {@code @Mixin}. */
public final class MalformedLines {

    private static final int SHOWN = 5;

    @Option(
            names = "--skip-malformed",
            description = "Pass over malformed lines and count them. Default: stop at the first.")
    private boolean skip;

    private long skipped;

    /**
     * Counts a malformed line; the first few are shown on {@code screen}.
     *
     * @throws CorpusFormatException the one that is given, unless malformed lines are skipped
     */
    public void skip(CorpusFormatException malformed, Screen screen) {
        if (!skip) {
            throw malformed;
        }
        skipped++;
        if (skipped <= SHOWN) {
            screen.line("passed over: " + malformed.getMessage());
        }
    }

    /** The lines skipped so far. */
    public long skipped() {
        return skipped;
    }

    /** A remark for the end of a summary; empty where nothing was skipped. */
    public String remark() {
        return skipped == 0 ? "" : String.format(Locale.ROOT, "; %,d malformed lines passed over", skipped);
    }
}
