/** JVMs of their own for what is measured, what is said to them, and where they keep their files. */
@NullMarked
package dev.driftline.bench.process;

import org.jspecify.annotations.NullMarked;
