/** What a service counts of itself while documents pass through it. */
@NullMarked
package dev.driftline.counters;

import org.jspecify.annotations.NullMarked;
