/** The routes, one class a group; they read requests, ask {@code serving.query} and write answers. */
package dev.driftline.serving.routes;
