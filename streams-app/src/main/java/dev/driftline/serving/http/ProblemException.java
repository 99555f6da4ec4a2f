package dev.driftline.serving.http;

import java.util.Map;

/** A request ends with a {@link Problem}. */
public final class ProblemException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient Problem problem;

    public ProblemException(Problem problem) {
        super(problem.detail());
        this.problem = problem;
    }

    /**
     * A request that is well formed, of which a field cannot be honoured: answered with 422, and not as if it had not been there.
     *
     * @param detail the field, and what to do
     */
    public static ProblemException cannotHonour(String detail) {
        return new ProblemException(
                new Problem("cannot-be-honoured", 422, "The request cannot be honoured", detail, Map.of()));
    }

    /** What the answer says. */
    public Problem problem() {
        return problem;
    }
}
