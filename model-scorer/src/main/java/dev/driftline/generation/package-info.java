/** Text from the learned model: sampling with temperature, top-k and top-p, and the most probable next words. */
package dev.driftline.generation;
