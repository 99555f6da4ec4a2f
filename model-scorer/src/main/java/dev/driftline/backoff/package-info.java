/**
 * A frozen backoff n-gram model: what an ARPA file says, in flat arrays. It is queried by many threads, and never changes.
 */
@NullMarked
package dev.driftline.backoff;

import org.jspecify.annotations.NullMarked;
