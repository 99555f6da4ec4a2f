package dev.driftline.export;

/** Is told how far an export is, and may end it by an exception. */
@FunctionalInterface
public interface ExportProgress {

    /**
     * Called every few thousand n-grams.
     *
     * @param step what is done just now: {@code reading}, {@code sorting}, {@code pruning} or {@code writing}
     * @param ngrams how many n-grams of that step are done
     */
    void at(String step, long ngrams);
}
