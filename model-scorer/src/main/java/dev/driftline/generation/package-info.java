/**
 * Text from the learned models: sampling with temperature, top-k and top-p, beam search under constraints, and the most
 * probable next words; from the counts, the network, both mixed, or a frozen backoff model.
 */
@NullMarked
package dev.driftline.generation;

import org.jspecify.annotations.NullMarked;
