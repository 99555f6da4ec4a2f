/** Drawings that routes answer with. */
@NullMarked
package dev.driftline.serving.routes.drawing;

import org.jspecify.annotations.NullMarked;
