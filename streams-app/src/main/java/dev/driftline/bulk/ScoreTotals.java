package dev.driftline.bulk;

/** What a run has done so far; those that an earlier run has scored are counted apart. One thread. */
public final class ScoreTotals {

    private long rows;
    private long earlierRows;
    private long tokens;
    private long earlierTokens;
    private long unknown;
    private double bits;
    private long malformed;
    private long written;
    private String problem = "";

    void add(RowCost cost, boolean isEarlier) {
        rows++;
        tokens += cost.total().tokens();
        unknown += cost.total().unknown();
        bits += cost.total().bits();
        if (cost.problem().isPresent()) {
            problem = malformed == 0 ? cost.problem().get() : problem;
            malformed++;
        }
        if (isEarlier) {
            earlierRows++;
            earlierTokens += cost.total().tokens();
        }
    }

    void addWritten(boolean isWritten) {
        written += isWritten ? 1 : 0;
    }

    /** Rows with and without a score. */
    public long rows() {
        return rows;
    }

    /** Rows that an earlier run had scored. */
    public long earlierRows() {
        return earlierRows;
    }

    /** Tokens of all rows, {@code </s>} included. */
    public long tokens() {
        return tokens;
    }

    /** Tokens that this run has scored. */
    public long newTokens() {
        return tokens - earlierTokens;
    }

    /** Rows that could not be scored. */
    public long malformed() {
        return malformed;
    }

    /** Why the first of those could not be; empty where all could. */
    public String firstProblem() {
        return problem;
    }

    /** Rows that were written. */
    public long written() {
        return written;
    }

    /** The perplexity of all rows together; 1 where there are none. */
    public double perplexity() {
        return tokens == 0 ? 1 : Math.pow(2, bits / tokens);
    }

    /** The share of unknown tokens; 0 where there are none. */
    public double unknownRate() {
        return tokens == 0 ? 0 : (double) unknown / tokens;
    }
}
