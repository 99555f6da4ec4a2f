/** Documents into Kafka: from a corpus file to the documents topic or the text topic. */
package dev.driftline.ingest;
