/**
 * What can be set: every key with its purpose, default and bounds ({@link dev.driftline.config.Keys}), and the one place
 * where properties file, environment and command line are merged ({@link dev.driftline.config.DriftlineConfig}).
 */
package dev.driftline.config;
