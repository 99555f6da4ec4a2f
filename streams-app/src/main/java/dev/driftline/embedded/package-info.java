/**
 * A Kafka broker and a Schema Registry that need no installation: for {@code driftline demo}, tests and benchmarks. They
 * listen on free ports of the loopback address only, and end with the process that started them. Not for production.
 */
@NullMarked
package dev.driftline.embedded;

import org.jspecify.annotations.NullMarked;
