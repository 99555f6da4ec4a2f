/** Another number of shards for counts that there are. */
@NullMarked
package dev.driftline.resharding;

import org.jspecify.annotations.NullMarked;
