/**
 * Subword models by the library of Hugging Face: BPE, Unigram (SentencePiece) and WordPiece, from a {@code tokenizer.json}. The
 * library is native code; nothing is downloaded. {@link dev.driftline.text.Tokenizers} finds this package by its service.
 */
@NullMarked
package dev.driftline.subword;

import org.jspecify.annotations.NullMarked;
