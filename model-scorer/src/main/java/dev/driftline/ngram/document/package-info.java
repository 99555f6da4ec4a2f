/** What one document has taught the counts of a shard, to look for it and to take it out. */
@NullMarked
package dev.driftline.ngram.document;

import org.jspecify.annotations.NullMarked;
