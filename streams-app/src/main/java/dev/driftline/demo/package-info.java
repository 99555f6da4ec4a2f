/** The demo: a broker, a registry and the service in one process, a corpus streamed through them, and what came out. */
@NullMarked
package dev.driftline.demo;

import org.jspecify.annotations.NullMarked;
