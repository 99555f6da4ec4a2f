/** The alphabet of every binary format: variable-length integers. */
@NullMarked
package dev.driftline.codec;

import org.jspecify.annotations.NullMarked;
