/** Texts to measure with that are longer than any corpus at hand. */
@NullMarked
package dev.driftline.bench.text;

import org.jspecify.annotations.NullMarked;
