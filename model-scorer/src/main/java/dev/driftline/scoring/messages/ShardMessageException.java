package dev.driftline.scoring.messages;

import dev.driftline.codec.MalformedBytesException;

/**
 * A message between scatter, shards and gather is not what was expected: of another kind, another version of the format or
 * another model, or cut short. Trying again cannot help; the message says what was expected, what came, and the cure.
 */
public final class ShardMessageException extends IllegalArgumentException {

    private static final long serialVersionUID = 1L;

    private static final String DRAIN = "start Driftline with the version and the settings that wrote it, stop the"
            + " producers, wait until /v1/status shows no pending documents, and only then change over";

    private static final String DEFECT = ", though its checksum is right, so it was written thus: run one version of"
            + " Driftline on all instances, and report this as a defect if they do";

    private final boolean forOperator;

    private ShardMessageException(String message) {
        this(message, false);
    }

    private ShardMessageException(String message, boolean forOperator) {
        super(message);
        this.forOperator = forOperator;
    }

    private ShardMessageException(String message, Throwable cause) {
        super(message, cause);
        forOperator = false;
    }

    /**
     * Whether it is a whole message of another model or version, which would be lost if it were passed over: an operator has to
     * choose. Otherwise it is not a message of any Driftline.
     */
    public boolean isForOperator() {
        return forOperator;
    }

    static ShardMessageException tooShort(String expected, int length) {
        return new ShardMessageException("expected a " + expected + ", but got " + length
                + " bytes, fewer than any has: check what else writes to the internal topics of this application.id");
    }

    static ShardMessageException ofFirstRelease(String expected, int version) {
        return new ShardMessageException(
                "expected a " + expected + " of format version " + version
                        + ", but got a message of Driftline 0.1, which does not say its model: " + DRAIN,
                true);
    }

    static ShardMessageException ofKind(String expected, String came) {
        return new ShardMessageException("expected a " + expected + ", but got " + came
                + ": check what else writes to the internal topics of this application.id");
    }

    static ShardMessageException ofVersion(String expected, int version, int came) {
        return new ShardMessageException(
                "expected a " + expected + " of format version " + version
                        + ", but got one of version " + came
                        + ": run one version of Driftline on all instances; before an upgrade, " + DRAIN,
                true);
    }

    static ShardMessageException altered(String expected, int length) {
        return new ShardMessageException("expected a " + expected + ", but got " + length
                + " bytes that do not match their checksum, cut short or altered on the way, and learned nothing from"
                + " them: check the disks of the brokers, and what else writes to the internal topics of this"
                + " application.id");
    }

    static ShardMessageException ofModel(String expected, ModelFingerprint model, ModelFingerprint came) {
        return new ShardMessageException(
                "expected a " + expected + " of this model (" + model
                        + "), but got one of another (" + came
                        + "): give every instance of this application.id the same model.* settings and shards; before a"
                        + " change of these, " + DRAIN,
                true);
    }

    public static ShardMessageException endsEarly(String expected, MalformedBytesException cause) {
        return new ShardMessageException(
                "expected a " + expected + ", but got one in which " + cause.getMessage() + DEFECT, cause);
    }

    static ShardMessageException inconsistent(String expected, String what) {
        return new ShardMessageException("expected a " + expected + ", but got one in which " + what + DEFECT);
    }
}
