/**
 * What goes out: an {@link dev.driftline.output.Output} for each kind of record that a scored document leads to, and the
 * records of drift and filter.
 */
@NullMarked
package dev.driftline.output;

import org.jspecify.annotations.NullMarked;
