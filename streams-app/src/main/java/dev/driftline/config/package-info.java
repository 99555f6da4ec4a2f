/**
 * The settings: each key with its purpose, default and bounds, declared once in the class of its group (all groups are
 * in {@link dev.driftline.config.Settings}); the configuration that results from properties file, environment and
 * command line ({@link dev.driftline.config.DriftlineConfig}); and the properties of the Kafka clients that follow from
 * it ({@link dev.driftline.config.ClientProperties}).
 */
@NullMarked
package dev.driftline.config;

import org.jspecify.annotations.NullMarked;
