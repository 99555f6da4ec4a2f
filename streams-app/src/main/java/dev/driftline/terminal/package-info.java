/** What commands that take long show while they run: progress in place on a terminal, line by line in a log. */
package dev.driftline.terminal;
