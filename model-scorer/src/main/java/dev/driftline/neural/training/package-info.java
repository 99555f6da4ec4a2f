/** Teaching networks: back-propagation through time, optimizers, dynamic evaluation, early stopping. */
package dev.driftline.neural.training;
