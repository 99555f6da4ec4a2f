/** Commands that ask a model: one in a state directory, a snapshot, a running instance, or an ARPA file. */
@NullMarked
package dev.driftline.cli.query;

import org.jspecify.annotations.NullMarked;
