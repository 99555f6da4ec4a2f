/** Publishes documents from files to Kafka: for {@code driftline produce} and the demo. */
@NullMarked
package dev.driftline.ingest;

import org.jspecify.annotations.NullMarked;
