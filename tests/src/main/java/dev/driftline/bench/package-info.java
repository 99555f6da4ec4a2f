/**
 * The benchmark behind {@code driftline bench}: what a token costs on this machine, beside topologies that only count.
 */
package dev.driftline.bench;
