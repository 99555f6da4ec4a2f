/** Pages of a store, decoded within a bound of heap and written back, and a table of numbers by key that is kept in them. */
@NullMarked
package dev.driftline.pages;

import org.jspecify.annotations.NullMarked;
