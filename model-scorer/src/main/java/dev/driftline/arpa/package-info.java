/** The ARPA format of backoff n-gram models: text, a section an order, a line an n-gram. */
@NullMarked
package dev.driftline.arpa;

import org.jspecify.annotations.NullMarked;
