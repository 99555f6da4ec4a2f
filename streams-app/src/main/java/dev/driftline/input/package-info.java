/** What comes in: records are decoded, checked against the limits and tokenised; what cannot be scored becomes a dead letter. */
package dev.driftline.input;
