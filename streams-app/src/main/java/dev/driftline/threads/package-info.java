/** Threads of our own that go on until they are told to stop. */
@NullMarked
package dev.driftline.threads;

import org.jspecify.annotations.NullMarked;
