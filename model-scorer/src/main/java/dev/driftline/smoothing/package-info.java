/**
 * From counts to probabilities: {@link dev.driftline.smoothing.Smoothing} makes α and γ of each order from the
 * {@link dev.driftline.smoothing.PositionCounts} of an event, with {@link dev.driftline.smoothing.Discounts} that counts of
 * counts give.
 */
@NullMarked
package dev.driftline.smoothing;

import org.jspecify.annotations.NullMarked;
