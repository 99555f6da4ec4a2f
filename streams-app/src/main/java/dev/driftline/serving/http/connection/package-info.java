/** How connections end: those of clients that are too slow, and those of clients that send what nobody reads. */
@NullMarked
package dev.driftline.serving.http.connection;

import org.jspecify.annotations.NullMarked;
