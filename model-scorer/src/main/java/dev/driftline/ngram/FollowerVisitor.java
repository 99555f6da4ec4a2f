package dev.driftline.ngram;

/** Visits the followers of a context. */
@FunctionalInterface
public interface FollowerVisitor {

    /**
     * @param word the follower's id
     * @param raw how often it followed
     * @param continuation distinct words before the two together; the raw count where only that is kept
     */
    void visit(int word, long raw, long continuation);
}
