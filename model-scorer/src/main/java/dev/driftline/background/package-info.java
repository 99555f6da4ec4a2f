/**
 * A frozen language model beside the counts: what {@code model.background} names. {@link dev.driftline.background.Background} is
 * the model, {@link dev.driftline.background.BackgroundReader} reads documents with it, and
 * {@link dev.driftline.background.BackgroundRows} makes one distribution over one set of events out of it and the counts.
 */
@NullMarked
package dev.driftline.background;

import org.jspecify.annotations.NullMarked;
