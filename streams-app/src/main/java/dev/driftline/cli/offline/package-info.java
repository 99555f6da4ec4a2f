/** Commands that score files and try rules on them, without Kafka. */
@NullMarked
package dev.driftline.cli.offline;

import org.jspecify.annotations.NullMarked;
