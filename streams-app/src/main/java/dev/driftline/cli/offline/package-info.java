/** Commands that train, score and try rules on files, without Kafka. */
@NullMarked
package dev.driftline.cli.offline;

import org.jspecify.annotations.NullMarked;
