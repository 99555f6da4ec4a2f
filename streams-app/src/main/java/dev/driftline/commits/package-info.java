/** When a stream thread commits: at the commit interval, and earlier if it has nothing left to process. */
@NullMarked
package dev.driftline.commits;

import org.jspecify.annotations.NullMarked;
