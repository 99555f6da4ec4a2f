/** How long completions of a word that is being typed take. */
@NullMarked
package dev.driftline.bench.typing;

import org.jspecify.annotations.NullMarked;
