/** What every binary format is written in, and the hashing and tables that the models share. */
@NullMarked
package dev.driftline.codec;

import org.jspecify.annotations.NullMarked;
