/** The command {@code driftline snapshots}: one class for each of its subcommands. */
@NullMarked
package dev.driftline.cli.snapshots;

import org.jspecify.annotations.NullMarked;
