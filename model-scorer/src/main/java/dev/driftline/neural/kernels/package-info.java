/** The loops over arrays that networks spend their time in, on {@code jdk.incubator.vector} or in plain Java. */
@NullMarked
package dev.driftline.neural.kernels;

import org.jspecify.annotations.NullMarked;
