/** Copies of the shards, for those who read all of one. */
@NullMarked
package dev.driftline.serving.routes.copies;

import org.jspecify.annotations.NullMarked;
