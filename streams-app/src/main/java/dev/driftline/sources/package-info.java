/** What is known of each source, in the state stores of a partition. */
@NullMarked
package dev.driftline.sources;

import org.jspecify.annotations.NullMarked;
