package dev.driftline.generation;

import dev.driftline.prefix.WordPrefix;

/** A text is to go on with a word that begins so, and the model knows none. */
public final class NoSuchWordException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public NoSuchWordException(WordPrefix prefix) {
        super("the model knows no word that begins with '" + prefix.text() + "': give a shorter prefix, or none");
    }
}
