/** The output of commands that take long: progress in place on a terminal, line by line in a log. */
@NullMarked
package dev.driftline.terminal;

import org.jspecify.annotations.NullMarked;
