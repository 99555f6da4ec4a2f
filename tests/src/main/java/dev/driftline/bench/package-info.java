/**
 * The benchmark behind {@code driftline bench}: how fast Driftline is on this machine, beside the topology that anyone would
 * write first.
 */
package dev.driftline.bench;
