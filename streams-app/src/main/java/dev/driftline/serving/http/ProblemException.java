package dev.driftline.serving.http;

/** A request ends with a {@link Problem}. */
public final class ProblemException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient Problem problem;

    public ProblemException(Problem problem) {
        super(problem.detail());
        this.problem = problem;
    }

    /** What the answer says. */
    public Problem problem() {
        return problem;
    }
}
