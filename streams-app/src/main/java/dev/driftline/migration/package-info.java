/** What changes the state of a stopped service for good. */
@NullMarked
package dev.driftline.migration;

import org.jspecify.annotations.NullMarked;
