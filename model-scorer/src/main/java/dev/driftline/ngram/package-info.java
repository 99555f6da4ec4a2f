/** Exact n-gram counts of one shard, and the pages that they are stored in. */
@NullMarked
package dev.driftline.ngram;

import org.jspecify.annotations.NullMarked;
