package dev.driftline.verify.log;

import java.util.concurrent.CancellationException;

/** Is told how far a verification is, and may end it. Called by the thread that verifies, often. */
public interface VerifyProgress {

    /** Says nothing and never ends it. */
    VerifyProgress NONE = (step, done, total) -> {};

    /**
     * How far the step at hand is.
     *
     * @param step what is done, as a person would say it
     * @param done of {@code total}, in units of the step
     * @throws CancellationException to end the verification, which then closes what it opened
     */
    void at(String step, long done, long total);
}
