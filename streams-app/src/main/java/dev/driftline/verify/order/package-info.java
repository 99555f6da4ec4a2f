/** In which order a deployment learned and scored its documents. */
@NullMarked
package dev.driftline.verify.order;

import org.jspecify.annotations.NullMarked;
