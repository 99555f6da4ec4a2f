/** Queries to the whole model: the counts wherever they are, the network, the sources. Knows no HTTP server. */
@NullMarked
package dev.driftline.serving.query;

import org.jspecify.annotations.NullMarked;
