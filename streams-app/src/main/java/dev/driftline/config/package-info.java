/**
 * The configuration of a process: the settings of {@link dev.driftline.config.keys} with the values that properties file,
 * environment and command line give them ({@link dev.driftline.config.DriftlineConfig}), and the properties of the Kafka
 * clients that follow from them ({@link dev.driftline.config.ClientProperties}).
 */
@NullMarked
package dev.driftline.config;

import org.jspecify.annotations.NullMarked;
