package dev.driftline.pending;

/**
 * How far a retraction has come.
 *
 * @param phase what the shards were asked last
 * @param why the failure for which it is undone; empty where none has come
 */
public record RetractionStep(Phase phase, String why) {

    /** What the shards were asked. */
    public enum Phase {
        /** Whether they have all of the document. */
        CHECKING,
        /** To take it out. */
        TAKING,
        /** Those that have taken it out to learn it again, since another had not. */
        PUTTING_BACK
    }

    /** A step to which no failure has led. */
    public RetractionStep(Phase phase) {
        this(phase, "");
    }
}
