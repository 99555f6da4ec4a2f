/** The command that trains a network on files, without Kafka. */
@NullMarked
package dev.driftline.cli.train;

import org.jspecify.annotations.NullMarked;
