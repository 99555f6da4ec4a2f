package dev.driftline.filter;

import java.util.List;

/** A file of rules cannot be used. The message has a line for each thing that is wrong: where, what, and what to do. */
public final class InvalidRulesException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** Complains of {@code problems}. */
    public InvalidRulesException(List<String> problems) {
        super(String.join(System.lineSeparator(), problems));
    }
}
