/** Training of networks: back-propagation through time, optimizers, dynamic evaluation, early stopping. */
@NullMarked
package dev.driftline.neural.training;

import org.jspecify.annotations.NullMarked;
