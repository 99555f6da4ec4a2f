/**
 * The door for programs that use the models as a plain library: an n-gram model that learns online, in one class. What it does
 * not do is a floor below: mixtures and their caches in {@code evaluation}, networks in {@code neural}, drift, filters.
 */
@NullMarked
package dev.driftline.library;

import org.jspecify.annotations.NullMarked;
