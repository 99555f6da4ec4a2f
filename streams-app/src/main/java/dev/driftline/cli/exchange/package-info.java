/** Commands that read the files of other tools' language models. */
@NullMarked
package dev.driftline.cli.exchange;

import org.jspecify.annotations.NullMarked;
