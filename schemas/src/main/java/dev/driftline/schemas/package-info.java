/**
 * The records of the public topics, generated from {@code src/main/avro}, and their serdes on the Confluent Schema
 * Registry client: magic byte 0, four bytes of schema id, Avro binary.
 */
package dev.driftline.schemas;
