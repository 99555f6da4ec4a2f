/** Whose a state and a prefix of topics are: told before anything is read, so that no two models mix. */
@NullMarked
package dev.driftline.identity;

import org.jspecify.annotations.NullMarked;
