/** Documents on their way: scattered to the shards and not yet scored. */
package dev.driftline.pending;
