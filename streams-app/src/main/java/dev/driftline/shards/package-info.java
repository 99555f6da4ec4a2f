/** The shards of the n-gram counts that an instance owns, and how records find their shard. */
@NullMarked
package dev.driftline.shards;

import org.jspecify.annotations.NullMarked;
