/**
 * The records of the public topics, generated from {@code src/main/avro}, and their serdes on the Confluent Schema
 * Registry client; values are in the {@link dev.driftline.schemas.WireFormat}.
 */
@NullMarked
package dev.driftline.schemas;

import org.jspecify.annotations.NullMarked;
