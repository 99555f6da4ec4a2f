/** The demo: a broker, a registry and the service in one process, a corpus streamed through them, and what came out. */
package dev.driftline.demo;
