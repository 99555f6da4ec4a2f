/**
 * What every other package stands on: the alphabet of the binary formats ({@link dev.driftline.codec.Varints}), tables
 * without an object an entry, hashing, and folders.
 */
@NullMarked
package dev.driftline.codec;

import org.jspecify.annotations.NullMarked;
