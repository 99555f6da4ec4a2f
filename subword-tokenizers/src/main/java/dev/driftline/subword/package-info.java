/**
 * Subword models. A {@code tokenizer.json}, which may be BPE, Unigram or WordPiece, is read by the library of Hugging Face: native
 * code; nothing is downloaded. A model of SentencePiece is read and used here, in Java, and cuts as SentencePiece does. {@link
 * dev.driftline.text.Tokenizers} finds this package by its service.
 */
@NullMarked
package dev.driftline.subword;

import org.jspecify.annotations.NullMarked;
