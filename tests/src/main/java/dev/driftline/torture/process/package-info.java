/** The processes that are tormented: brokers, a registry and instances of the service, each a JVM of its own. */
@NullMarked
package dev.driftline.torture.process;

import org.jspecify.annotations.NullMarked;
