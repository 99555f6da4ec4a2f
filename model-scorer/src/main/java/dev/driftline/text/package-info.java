/**
 * Tokenizers: from raw text to sentences of tokens.
 *
 * <p>All of them follow two rules. A control character other than a line break counts as white space: it separates tokens
 * and is never part of one. Text with an unpaired surrogate is rejected: such a character has no UTF-8 form, so two
 * different words could become one on their way through Kafka.
 */
@NullMarked
package dev.driftline.text;

import org.jspecify.annotations.NullMarked;
