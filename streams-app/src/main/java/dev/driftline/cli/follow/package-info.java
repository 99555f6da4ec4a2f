/** Commands that print the records of an output topic as they arrive. */
@NullMarked
package dev.driftline.cli.follow;

import org.jspecify.annotations.NullMarked;
