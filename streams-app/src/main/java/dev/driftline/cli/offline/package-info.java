/** Commands that train, score and try rules on files, without Kafka. */
package dev.driftline.cli.offline;
