/** How a word that nobody has seen is spelled: a character model, so that unknown words cost bits as everything else does. */
@NullMarked
package dev.driftline.spelling;

import org.jspecify.annotations.NullMarked;
