/** Which of the records that wait a task takes next: the one with the lowest timestamp. */
@NullMarked
package dev.driftline.topology.time;

import org.jspecify.annotations.NullMarked;
