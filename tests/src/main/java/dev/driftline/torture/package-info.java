/**
 * The command {@code driftline torture}: real processes, a plan of faults from a seed, text that goes through meanwhile, and
 * a look at every document and every count in the end.
 */
@NullMarked
package dev.driftline.torture;

import org.jspecify.annotations.NullMarked;
