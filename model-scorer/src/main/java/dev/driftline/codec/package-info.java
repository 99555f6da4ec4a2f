/** What every binary format is written in, the hashing and tables that the models share, and the deletion of folders. */
@NullMarked
package dev.driftline.codec;

import org.jspecify.annotations.NullMarked;
