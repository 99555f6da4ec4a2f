package dev.driftline.background;

import dev.driftline.backoff.BackoffModel;
import dev.driftline.prefix.WordPrefix;
import java.util.Arrays;
import java.util.List;

/**
 * What a background says of a row of events, and how it and the counts become distributions over the same events: the words that
 * the counts know, the words of the background, {@code </s>}, and {@code <unk>}, any other word.
 *
 * <p>Each of the two has a probability for all that it does not know, and shares it out over the events that only the other
 * knows: with ρ, a running estimate of how often what it does not know is new to both,
 *
 * <pre>
 * counts:      p(w) = p(&lt;unk&gt;) · (1 − ρ) / U   for each of the U words that only the background has,   p(&lt;unk&gt;) · ρ for &lt;unk&gt;
 * background:  p(w) = p(&lt;unk&gt;) · (1 − σ) / M   for each of the M events that only the counts have,     p(&lt;unk&gt;) · σ for &lt;unk&gt;
 * </pre>
 *
 * <p>Where U or M is 0, ρ or σ is 1. So each sums to 1 over all events. Then, of counts that have seen n tokens, the share
 * n / (n + {@value #COUNTS_TRUST}) is their own and the rest the background's: counts that know nothing say what it says.
 *
 * <p>Not thread-safe where several ask for {@link #best}.
 */
public final class BackgroundRows {

    /** Tokens after which the counts count for half. */
    private static final double COUNTS_TRUST = 1_000;

    /** The counts and the background know the event. */
    public static final byte BOTH = 0;

    /** Only the counts do. */
    public static final byte COUNTS_ONLY = 1;

    /** Only the background does. */
    public static final byte BACKGROUND_ONLY = 2;

    /** Neither does: {@code <unk>}. */
    public static final byte NEITHER = 3;

    private final Background background;
    private final double[] probability;
    private final byte[] kind;
    private final double unseen;
    private final double missing;
    private final double tokens;
    private final double trust;
    private final int open;

    /**
     * @param probability {@code [rows]}: of the word, or of the background's {@code <unk>}
     * @param kind {@code [rows]}
     * @param unseen U
     * @param missing M
     * @param tokens that the counts have seen
     * @param open the background's state where the next word comes
     */
    BackgroundRows(
            Background background,
            double[] probability,
            byte[] kind,
            double unseen,
            double missing,
            double tokens,
            int open) {
        this.background = background;
        this.probability = probability;
        this.kind = kind;
        this.unseen = unseen;
        this.missing = missing;
        this.tokens = tokens;
        trust = COUNTS_TRUST / (tokens + COUNTS_TRUST);
        this.open = open;
    }

    /** The background's state where the next word comes. */
    int open() {
        return open;
    }

    /** The first {@code count} rows. */
    public BackgroundRows first(int count) {
        return new BackgroundRows(
                background,
                Arrays.copyOf(probability, count),
                Arrays.copyOf(kind, count),
                unseen,
                missing,
                tokens,
                open);
    }

    /** The number of rows. */
    public int rows() {
        return kind.length;
    }

    /** Who knows the event of a row. */
    public byte kind(int row) {
        return kind[row];
    }

    /** U, how many words only the background has. */
    public double unseen() {
        return unseen;
    }

    /** How much of what the counts say is the background's, 0 to 1. */
    public double trust() {
        return trust;
    }

    /**
     * The background's probability of the event of a row.
     *
     * @param newShare σ
     */
    public double probability(int row, double newShare) {
        double p = probability[row];
        return switch (kind[row]) {
            case COUNTS_ONLY -> missing > 0 ? p * (1 - newShare) / missing : 0;
            case NEITHER -> missing > 0 ? p * newShare : p;
            default -> p;
        };
    }

    /**
     * What to multiply the counts' probability of a row with.
     *
     * @param newShare ρ
     */
    public double ofCounts(int row, double newShare) {
        return switch (kind[row]) {
            case BACKGROUND_ONLY -> withoutCounts(newShare);
            case NEITHER -> unseen > 0 ? newShare : 1;
            default -> 1;
        };
    }

    /** By which part of the counts' {@code <unk>} a word comes that only the background has; 0 where there is none. */
    public double withoutCounts(double newShare) {
        return unseen > 0 ? (1 - newShare) / unseen : 0;
    }

    /** The least that the background says of one of its words where {@code <unk>} has a row, about. */
    public double rarest(int row) {
        return probability[row] * background.rarest();
    }

    /** The same of an event that the counts know, whether the background does or not. */
    public double rarestOfCounts(int row, double newShare) {
        double outside = missing > 0 ? probability[row] * (1 - newShare) / missing : 1;
        return Math.min(outside, rarest(row));
    }

    /** The background's probability of each event as the next one that only the counts know; 0 where there is none. */
    public double openWithoutRow(double newShare) {
        return missing > 0 ? background.probability(open, BackoffModel.UNKNOWN) * (1 - newShare) / missing : 0;
    }

    /** What the background finds most probable as the next word, of those that begin with {@code prefix}. */
    public Background.Best best(WordPrefix prefix, int count) {
        return background.best(open, prefix, count);
    }

    /**
     * The {@code count} most probable next words that begin with {@code prefix} at the end of a document, whose last sentence is taken
     * as still open.
     */
    public static List<String> bestAfter(
            Background background, String[] words, int[] tokens, WordPrefix prefix, int count) {
        return background
                .best(BackgroundReader.openState(background, words, tokens), prefix, count)
                .words();
    }
}
