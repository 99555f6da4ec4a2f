/** The shards of the n-gram counts that an instance owns, and how records find their shard. */
package dev.driftline.shards;
