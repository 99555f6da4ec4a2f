package dev.driftline.config;

/** A setting that cannot be used. The message is one line an operator can act on: what was set, where, what is accepted. */
public class InvalidConfigException extends IllegalArgumentException {

    private static final long serialVersionUID = 1L;

    /** @param message one line that says what to change */
    public InvalidConfigException(String message) {
        super(message);
    }
}
