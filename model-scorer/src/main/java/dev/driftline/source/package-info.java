/**
 * What is known of a source: caches of its newest words and the weights of its mixture
 * ({@link dev.driftline.source.SourceModel}), kept in a store within limits ({@link dev.driftline.source.SourceStore}).
 *
 * <p>The mixture reads a source through {@link dev.driftline.mixture.SourceMemory} and knows nothing of this package.
 */
@NullMarked
package dev.driftline.source;

import org.jspecify.annotations.NullMarked;
