package dev.driftline.export;

/** What an export has met and left out. Not thread-safe. */
final class ExportTally {

    private long read;
    private long ofWordsLeftOut;
    private long ofWordsUncounted;
    private long byCount;
    private long byEntropy;
    private long withoutProbability;

    /** Notes n-grams that have been read; returns how many have been, altogether. */
    long read(long more) {
        read += more;
        return read;
    }

    long read() {
        return read;
    }

    /** Notes n-grams that are not exported for one of their words. */
    void leftOut(int why, long ngrams) {
        if (why == ExportedWords.UNCOUNTED) {
            ofWordsUncounted += ngrams;
        } else {
            ofWordsLeftOut += ngrams;
        }
    }

    void prunedByCount(long ngrams) {
        byCount += ngrams;
    }

    void prunedByEntropy(long ngrams) {
        byEntropy += ngrams;
    }

    void withoutProbability(long ngrams) {
        withoutProbability += ngrams;
    }

    ExportSummary summary(long[] ngrams, ExportedWords words) {
        return new ExportSummary(
                ngrams,
                words.unsayable(),
                words.outside(),
                ofWordsLeftOut,
                ofWordsUncounted,
                byCount,
                byEntropy,
                withoutProbability);
    }
}
