package dev.driftline.bulk;

import dev.driftline.rows.RowFormat;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A file to score.
 *
 * @param in the file; {@code -} for the standard input
 * @param format its format
 * @param out where its rows go; empty for the standard output
 */
public record ScoreJob(Path in, RowFormat format, Optional<Path> out) {}
