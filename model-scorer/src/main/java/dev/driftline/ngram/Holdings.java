package dev.driftline.ngram;

/** What the tuples and followers of a shard take, kept by the pages themselves as they change. Not thread-safe. */
final class Holdings {

    /** Whether something may be forgotten, so that pages have to say what was used. */
    final boolean forgets;

    /** Tuples, what is left of forgotten ones, and followers of frequent context words. */
    long ngrams;

    /** Of them, as they are stored. */
    long bytes;

    Holdings(boolean forgets) {
        this.forgets = forgets;
    }
}
