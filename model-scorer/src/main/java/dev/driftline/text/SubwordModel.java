package dev.driftline.text;

import java.util.List;

/** A subword model that has been read: BPE, Unigram or WordPiece. Thread-safe. */
public interface SubwordModel {

    /** The tokens of a line, as the model writes them, without any that it would put around the line. */
    List<String> tokens(String line);

    /** The text of tokens that stand one after another. One that the model does not have stands for itself. */
    String text(List<String> tokens);

    /** Reads models; found by {@link java.util.ServiceLoader}, since the library behind it is not for everyone. */
    interface Reader {

        /**
         * The model in the bytes of a file.
         *
         * @throws IllegalArgumentException if they are not a model that it reads; the message says what to do
         */
        SubwordModel read(byte[] file);
    }
}
