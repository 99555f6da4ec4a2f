/** What the tests of every module stand on: where their folders are, the larger text, and which tests were skipped. */
@NullMarked
package dev.driftline.testing.junit;

import org.jspecify.annotations.NullMarked;
