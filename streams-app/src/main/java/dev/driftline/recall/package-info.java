/**
 * Taking documents out again: finding where they are in the input topics, asking for it, and waiting for the answer. For the
 * command and for the service alike.
 */
@NullMarked
package dev.driftline.recall;

import org.jspecify.annotations.NullMarked;
