/** What long commands share: progress on a terminal or in a log, and stopping cleanly on Ctrl-C. */
package dev.driftline.terminal;
