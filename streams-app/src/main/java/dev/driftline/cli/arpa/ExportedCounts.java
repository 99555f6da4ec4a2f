package dev.driftline.cli.arpa;

import dev.driftline.scoring.LocalModel;

/**
 * Counts that are exported, which do not change meanwhile.
 *
 * @param model reads them
 * @param described what they are, for the summary
 * @param closing lets go of what was opened for them
 */
record ExportedCounts(LocalModel model, String described, Runnable closing) implements AutoCloseable {

    @Override
    public void close() {
        closing.run();
    }
}
