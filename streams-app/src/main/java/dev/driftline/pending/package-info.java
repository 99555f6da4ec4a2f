/** Documents on their way: scattered to the shards and not yet scored. */
@NullMarked
package dev.driftline.pending;

import org.jspecify.annotations.NullMarked;
