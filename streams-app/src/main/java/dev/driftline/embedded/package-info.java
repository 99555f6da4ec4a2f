/**
 * A Kafka broker and a Schema Registry that need nothing installed: for {@code driftline demo}, tests and benchmarks.
 * They listen on the loopback address only, on free ports, and nothing of them runs on after the process that started
 * them. Not for production.
 */
package dev.driftline.embedded;
