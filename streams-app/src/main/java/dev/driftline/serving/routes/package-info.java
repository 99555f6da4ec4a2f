/** The routes, one class a group; they read requests, ask {@code serving.query} and write answers. */
@NullMarked
package dev.driftline.serving.routes;

import org.jspecify.annotations.NullMarked;
