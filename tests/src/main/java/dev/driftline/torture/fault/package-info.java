/** What is done to the processes: a class a kind of fault. */
@NullMarked
package dev.driftline.torture.fault;

import org.jspecify.annotations.NullMarked;
