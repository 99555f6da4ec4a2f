/** Exact n-gram counts of one shard, the pages that they are stored in, and the smoothings that make probabilities of them. */
@NullMarked
package dev.driftline.ngram;

import org.jspecify.annotations.NullMarked;
