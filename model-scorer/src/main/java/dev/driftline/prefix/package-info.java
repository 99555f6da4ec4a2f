/** The words that begin with what somebody has typed so far, and how they are found among millions. */
@NullMarked
package dev.driftline.prefix;

import org.jspecify.annotations.NullMarked;
