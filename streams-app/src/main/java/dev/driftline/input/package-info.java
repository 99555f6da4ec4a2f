/** What comes in: records are decoded, checked against the limits and tokenised; what cannot be scored becomes a dead letter. */
@NullMarked
package dev.driftline.input;

import org.jspecify.annotations.NullMarked;
