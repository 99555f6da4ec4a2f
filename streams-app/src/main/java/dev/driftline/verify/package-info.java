/** Proof that a deployment's counts and scores are right, by replay of what its topics hold. */
@NullMarked
package dev.driftline.verify;

import org.jspecify.annotations.NullMarked;
