/** Commands that ask a model: one in a state directory, a snapshot, or a running instance. */
@NullMarked
package dev.driftline.cli.query;

import org.jspecify.annotations.NullMarked;
