/** The command {@code driftline topics}: one class for each of its subcommands. */
@NullMarked
package dev.driftline.cli.topics;

import org.jspecify.annotations.NullMarked;
