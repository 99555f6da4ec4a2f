/**
 * A proxy between the service and its brokers that understands as much of Kafka's protocol as it takes to hold back or cut a
 * connection at a request of a certain kind.
 */
@NullMarked
package dev.driftline.torture.proxy;

import org.jspecify.annotations.NullMarked;
