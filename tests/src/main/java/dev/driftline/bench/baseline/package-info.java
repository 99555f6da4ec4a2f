/** What Driftline is compared with: topologies that count the same n-grams and do nothing else. */
@NullMarked
package dev.driftline.bench.baseline;

import org.jspecify.annotations.NullMarked;
