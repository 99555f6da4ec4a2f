package dev.driftline.config;

/** A setting that cannot be used. Each line of the message tells an operator what was set, where, and what is accepted. */
public class InvalidConfigException extends IllegalArgumentException {

    private static final long serialVersionUID = 1L;

    /** @param message what to change, a line for each problem */
    public InvalidConfigException(String message) {
        super(message);
    }
}
