package dev.driftline.network.trainer;

import dev.driftline.neural.online.Round;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What the trainer of this instance has done and is doing, since the instance started. Thread-safe. */
public final class TrainerProgress {

    /** What the trainer is doing. */
    public enum Activity {
        /** The trainer is on another instance, or nowhere. */
        ELSEWHERE,
        /** It waits for the snapshots topic to be read, or for its last snapshot to come back from it. */
        FOLLOWING,
        /** It waits for text. */
        IDLE,
        /** A round is under way. */
        TEACHING
    }

    private Activity activity = Activity.ELSEWHERE;
    private long bufferedTokens;
    private long tokensTaught;
    private long rounds;
    private long promotions;
    private long rejections;
    private long rollbacks;
    private long failures;
    private final Map<Round.Outcome, Long> outcomes = new EnumMap<>(Round.Outcome.class);
    private double seconds;
    private long freshTokens;
    private long replayedTokens;
    private @Nullable Round last;

    /** The trainer is on another instance, and nothing has been done. */
    public TrainerProgress() {}

    /** What it is doing. */
    public synchronized Activity activity() {
        return activity;
    }

    /** Tokens in the replay buffer. */
    public synchronized long bufferedTokens() {
        return bufferedTokens;
    }

    /** Tokens trained on in the pass under way. */
    public synchronized long tokensTaught() {
        return tokensTaught;
    }

    /** Rounds that ended, with any outcome. */
    public synchronized long rounds() {
        return rounds;
    }

    /** Snapshots that became active, the first included. */
    public synchronized long promotions() {
        return promotions;
    }

    /** Candidates that did not become active. */
    public synchronized long rejections() {
        return rejections;
    }

    /** Snapshots that gave way to their parent. */
    public synchronized long rollbacks() {
        return rollbacks;
    }

    /** Rounds that failed. */
    public synchronized long failures() {
        return failures;
    }

    /** Rounds that ended with {@code outcome}. */
    public synchronized long rounds(Round.Outcome outcome) {
        return outcomes.getOrDefault(outcome, 0L);
    }

    /** Seconds that all rounds took together. */
    public synchronized double seconds() {
        return seconds;
    }

    /** Tokens of new text that rounds trained on, each counted once for all passes. */
    public synchronized long freshTokens() {
        return freshTokens;
    }

    /** Tokens of replayed text that rounds trained on. */
    public synchronized long replayedTokens() {
        return replayedTokens;
    }

    /** The last round that ended. */
    public synchronized Optional<Round> lastRound() {
        return Optional.ofNullable(last);
    }

    public synchronized void becomes(Activity now) {
        activity = now;
    }

    public synchronized void buffered(long tokens) {
        bufferedTokens = tokens;
    }

    public synchronized void taught(long tokens) {
        tokensTaught = tokens;
    }

    public synchronized void failed() {
        failures++;
    }

    public synchronized void ended(Round round) {
        rounds++;
        last = round;
        outcomes.merge(round.outcome(), 1L, Long::sum);
        seconds += round.seconds();
        freshTokens += round.freshTokens();
        replayedTokens += round.replayedTokens();
        switch (round.outcome()) {
            case BOOTSTRAPPED, PROMOTED -> promotions++;
            case REJECTED -> rejections++;
            case ROLLED_BACK -> rollbacks++;
        }
    }
}
