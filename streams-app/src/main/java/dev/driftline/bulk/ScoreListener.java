package dev.driftline.bulk;

import java.nio.file.Path;

/** Told how far a run is, on the thread that runs it. */
public interface ScoreListener {

    /** Rows of {@code file} were scored. */
    void scored(Path file, long bytesRead, long bytesTotal, ScoreTotals totals);

    /** Rows of {@code file} were written; {@code rows} of them so far. */
    void written(Path file, long rows);

    /** Something to say once. */
    void say(String message);
}
