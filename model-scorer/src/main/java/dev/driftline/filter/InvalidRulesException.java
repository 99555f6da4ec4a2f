package dev.driftline.filter;

import java.util.List;

/** A rules file cannot be used. The message has a line for each problem: where it is, what it is, and how to fix it. */
public final class InvalidRulesException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** @param problems a line each */
    public InvalidRulesException(List<String> problems) {
        super(String.join(System.lineSeparator(), problems));
    }
}
