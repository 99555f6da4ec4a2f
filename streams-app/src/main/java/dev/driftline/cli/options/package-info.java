/** Options that commands of several packages share. */
@NullMarked
package dev.driftline.cli.options;

import org.jspecify.annotations.NullMarked;
