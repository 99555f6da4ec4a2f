/**
 * What is happening, for those who look on: a consumer of the output topics that keeps the last of everything, bounded, and
 * passes it on to subscribers. Nothing of the service depends on it.
 */
@NullMarked
package dev.driftline.live;

import org.jspecify.annotations.NullMarked;
