/**
 * Text from the learned models: sampling with temperature, top-k and top-p, beam search under constraints, and the most
 * probable next words; from the counts, the network, or both mixed.
 */
@NullMarked
package dev.driftline.generation;

import org.jspecify.annotations.NullMarked;
