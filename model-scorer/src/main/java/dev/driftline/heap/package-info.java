/** How much of the heap what arrives may take, and how much it takes. */
@NullMarked
package dev.driftline.heap;

import org.jspecify.annotations.NullMarked;
