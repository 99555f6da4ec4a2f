/**
 * Tokenizers: from raw text to sentences of tokens.
 *
 * <p>All of them read text by the same two rules. A control character other than a line break counts as white space:
 * it separates tokens and is never part of one. A lone surrogate is not text: it has no UTF-8 form, so two different
 * words could become one on their way through Kafka, and is refused.
 */
@NullMarked
package dev.driftline.text;

import org.jspecify.annotations.NullMarked;
