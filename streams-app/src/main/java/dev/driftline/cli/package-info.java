/**
 * The command line: {@link dev.driftline.cli.Driftline} is the main class, each command is one class. Results go to standard
 * output, everything else to standard error; a failure is one line that says what to do, and an exit code.
 */
@NullMarked
package dev.driftline.cli;

import org.jspecify.annotations.NullMarked;
